import type { PartitionMove } from "@millrace/client";
import type { PartitionMoveOptions } from "../commands/partition.ts";
import { cliError } from "../errors.ts";
import type { GlobalOptions, TopicSelection } from "../options.ts";
import { jsonLine } from "../output/json.ts";
import { table } from "../output/table.ts";
import type { CliWorld } from "../world.ts";
import { partitionsOf, reportOutcomes } from "./partition-outcomes.ts";
import { withClient } from "./with-client.ts";

/** `partition move` */
export async function movePartitions(
  selections: readonly TopicSelection[],
  options: PartitionMoveOptions & GlobalOptions,
  world: CliWorld,
): Promise<void> {
  const { replicas, cancel = false } = options;
  if ((replicas === undefined) !== cancel) throw cliError("bad-argument", "say where to with --replicas, or go back with --cancel");
  await withClient(options, world, async (client) => {
    const partitions = await partitionsOf(client, selections);
    const moves = partitions.map((at): PartitionMove => ({ ...at, replicas }));
    const outcomes = await client.admin().reassignPartitions(moves);
    await reportOutcomes(outcomes, { done: cancel ? "back to where it was" : `moving to ${(replicas ?? []).join(" ")}`, options, world });
  });
}

/** `partition moves` */
export async function listMoves(options: GlobalOptions, world: CliWorld): Promise<void> {
  await withClient(options, world, async (client) => {
    const moves = await client.admin().listReassignments();
    if (options.json === true) {
      for (const move of moves) await world.write(jsonLine(move));
      return;
    }
    if (moves.length === 0) return world.note("no replica is being moved");
    const rows = moves.map(({ topic, partition, replicas, addingReplicas, removingReplicas, started }) => [
      topic,
      String(partition),
      replicas.join(" "),
      addingReplicas.join(" ") || "–",
      removingReplicas.join(" ") || "–",
      started ? "under way" : "waiting",
    ]);
    await world.write(table(["topic", "partition", "replicas", "adding", "removing", "state"], rows));
  });
}
