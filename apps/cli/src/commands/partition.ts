import { type Command, InvalidArgumentError } from "commander";
import { type TopicSelection, topicSelection } from "../options.ts";
import type { CliWorld } from "../world.ts";
import { examples, onRun } from "./on-run.ts";

/** Options of `partition move`: replicas, or cancel. */
export interface PartitionMoveOptions {
  readonly replicas?: readonly number[];
  readonly cancel?: boolean;
}

/** Options of `partition elect`. */
export interface ElectOptions {
  readonly unclean?: boolean;
  readonly execute?: boolean;
}

/** `millrace partition move|moves|elect`. */
export function addPartitionCommands(program: Command, world: CliWorld): void {
  const partition = program
    .command("partition")
    .summary("partitions: move replicas, elect leaders")
    .description("Partitions: which brokers keep them, and who leads them.");

  const move = partition
    .command("move")
    .description("Moves the replicas of partitions to other brokers. They catch up before the old ones go; `moves` shows how far it is.")
    .argument("<topic[:partitions]>", "all partitions of a topic, or some as flights:0,2", (text: string) => topicSelection(text))
    .option("--replicas <ids>", "brokers that are to have them, the preferred leader first: 3,1", brokerIds)
    .option("--cancel", "back to where they were");
  onRun<PartitionMoveOptions, readonly [readonly TopicSelection[]]>(move, async ([selections], options) => {
    await (await import("../actions/partition-move.ts")).movePartitions(selections, options, world);
  });
  examples(move, ["millrace partition move flights:0 --replicas 3,1", "millrace partition move flights --cancel"]);

  const moves = partition.command("moves").description("Lists the replicas that are being moved, and what waits for its turn.");
  onRun(moves, async (_, options) => {
    await (await import("../actions/partition-move.ts")).listMoves(options, world);
  });
  examples(moves, ["millrace partition moves", "millrace partition moves --json"]);

  const elect = partition
    .command("elect")
    .description(
      "Makes the first replica lead where it is in sync. With --unclean: makes the live replica with the most records lead partitions that nobody can lead, at the cost of records that only others have; shows what would be lost, and --execute does it.",
    )
    .argument("[topic[:partitions]]", "all partitions of a topic, or some; of all topics if none is named", (text: string) =>
      topicSelection(text),
    )
    .option("--unclean", "the last resort for partitions without a leader")
    .option("--execute", "with --unclean: do it");
  onRun<ElectOptions, readonly [readonly TopicSelection[] | undefined]>(elect, async ([selections], options) => {
    await (await import("../actions/partition-elect.ts")).electLeaders(selections ?? [], options, world);
  });
  examples(elect, ["millrace partition elect", "millrace partition elect flights:3 --unclean             # look first"]);
}

function brokerIds(text: string): readonly number[] {
  if (/^\d+(,\d+)*$/.test(text)) return text.split(",").map(Number);
  throw new InvalidArgumentError("it must be numbers of brokers with commas between, such as 3,1.");
}
