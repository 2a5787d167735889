import type { Command } from "commander";
import { assignment, configNames } from "../options.ts";
import type { CliWorld } from "../world.ts";
import { examples, onRun } from "./on-run.ts";

/** Options of `config alter`. */
export interface ConfigAlterOptions {
  readonly set?: Readonly<Record<string, string>>;
  readonly delete?: readonly string[];
  readonly append?: Readonly<Record<string, string>>;
  readonly subtract?: Readonly<Record<string, string>>;
  readonly dryRun?: boolean;
}

/** `millrace config describe|alter`. */
export function addConfigCommands(program: Command, world: CliWorld): void {
  const config = program
    .command("config")
    .summary("settings of topics: describe and alter")
    .description("Settings of topics, by Kafka's names and with Kafka's defaults.");

  const describe = config
    .command("describe")
    .description("Shows what was set on a topic; with --all every setting, its value and what it means.")
    .argument("<topic>")
    .option("--all", "defaults, too");
  onRun<{ readonly all?: boolean }, readonly [string]>(describe, async ([topic], options) => {
    await (await import("../actions/config.ts")).describeConfig(topic, options, world);
  });
  examples(describe, ["millrace config describe flights", "millrace config describe flights --all | grep retention"]);

  const alter = config
    .command("alter")
    .description("Changes settings of a topic, all of them or none. Brokers act by them at once.")
    .argument("<topic>")
    .option("--set <name=value>", "a setting and its value; repeatable", assignment)
    .option("--delete <names>", "back to the default; with commas or repeatable", configNames)
    .option("--append <name=value>", "adds to a list, as cleanup.policy=compact; repeatable", assignment)
    .option("--subtract <name=value>", "takes from a list; repeatable", assignment)
    .option("--dry-run", "check only, change nothing");
  onRun<ConfigAlterOptions, readonly [string]>(alter, async ([topic], options) => {
    await (await import("../actions/config.ts")).alterConfig(topic, options, world);
  });
  examples(alter, [
    "millrace config alter clicks --set retention.ms=3600000 --set compression.type=zstd",
    "millrace config alter clicks --delete retention.ms",
    "millrace config alter clicks --append cleanup.policy=compact --dry-run",
  ]);
}
