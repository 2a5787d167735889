import type { Command } from "commander";
import { wholeNumber } from "../options.ts";
import type { CliWorld } from "../world.ts";
import { examples, onRun } from "./on-run.ts";

/** Options of `broker drain` and `broker add`. */
export interface MoveOptions {
  readonly dryRun?: boolean;
  /** False with --no-wait. */
  readonly wait?: boolean;
}

/** `millrace broker list|status|drain|add`, beside `millrace broker` with settings, which runs one. */
export function addBrokerCommands(program: Command, world: CliWorld): void {
  const broker = program.commands.find((command) => command.name() === "broker") ?? program.command("broker");
  broker.summary("run a broker; list brokers, drain one before maintenance, add one");

  const list = broker.command("list").description("Lists brokers with what each leads and holds, and what is on its way to or from it.");
  onRun(list, async (_, options) => {
    await (await import("../actions/broker.ts")).listBrokers(options, world);
  });
  examples(list, ["millrace broker list", "millrace broker list --json | jq 'select(.broker.fenced)'"]);

  const status = broker
    .command("status")
    .description("Shows one broker, and the replicas that are on their way to or from it.")
    .argument("<id>", "its number", wholeNumber(0));
  onRun<object, readonly [number]>(status, async ([id], options) => {
    await (await import("../actions/broker.ts")).brokerStatus(id, options, world);
  });
  examples(status, ["millrace broker status 2"]);

  const drain = broker
    .command("drain")
    .description(
      "Moves leaders and then replicas off a broker and gives it no new ones, so that it can be taken away. Refused where partitions would be left with fewer replicas. Waits until it is empty; interrupting stops the waiting only.",
    )
    .argument("<id>", "its number", wholeNumber(0))
    .option("--dry-run", "say how much would be moved, or why it cannot be")
    .option("--no-wait", "return when the moves are written down");
  onRun<MoveOptions, readonly [number]>(drain, async ([id], options) => {
    await (await import("../actions/broker-moves.ts")).drainBroker(id, options, world);
  });
  examples(drain, ["millrace broker drain 2 --dry-run", "millrace broker drain 2 && kubectl delete pod broker-2"]);

  const add = broker
    .command("add")
    .description("Gives a broker its share of replicas: a new one, or one that was drained. Waits until all are in sync.")
    .argument("<id>", "its number", wholeNumber(0))
    .option("--dry-run", "say how much would be moved")
    .option("--no-wait", "return when the moves are written down");
  onRun<MoveOptions, readonly [number]>(add, async ([id], options) => {
    await (await import("../actions/broker-moves.ts")).addBroker(id, options, world);
  });
  examples(add, ["millrace broker add 4"]);
}
