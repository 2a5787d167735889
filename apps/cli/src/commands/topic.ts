import type { Command } from "commander";
import { assignment, wholeNumber } from "../options.ts";
import type { CliWorld } from "../world.ts";
import { examples, onRun } from "./on-run.ts";

/** Options of `topic create`. */
export interface TopicCreateOptions {
  readonly partitions?: number;
  readonly replicas?: number;
  readonly config?: Readonly<Record<string, string>>;
  readonly ifNotExists?: boolean;
}

/** `millrace topic create|list|describe|delete`. */
export function addTopicCommands(program: Command, world: CliWorld): void {
  const topic = program
    .command("topic")
    .summary("create, list, describe and delete topics")
    .description("Topics: named logs in partitions.");

  const create = topic
    .command("create")
    .description("Creates a topic, and waits until every partition has a leader.")
    .argument("<name>", "letters, digits, dot, underscore and dash")
    .option("-p, --partitions <count>", "how many partitions (default: the cluster's)", wholeNumber(1))
    .option("-r, --replicas <count>", "how many brokers keep each partition (default: the cluster's)", wholeNumber(1))
    .option("-c, --config <name=value>", "a topic setting, by Kafka's name; repeatable", assignment)
    .option("--if-not-exists", "succeed, changing nothing, when it exists");
  onRun<TopicCreateOptions, readonly [string]>(create, async ([name], options) => {
    await (await import("../actions/topic.ts")).createTopic(name, options, world);
  });
  examples(create, [
    "millrace topic create flights --partitions 6",
    "millrace topic create clicks -p 12 -c retention.ms=3600000 -c flush=interval",
  ]);

  const list = topic.command("list").description("Lists topics.").option("--internal", "internal topics, too");
  onRun<{ readonly internal?: boolean }>(list, async (_, options) => {
    await (await import("../actions/topic.ts")).listTopics(options, world);
  });
  examples(list, ["millrace topic list", "millrace topic list --json | jq -r .name"]);

  const describe = topic
    .command("describe")
    .description("Shows a topic's settings, and for each partition its leader, replicas and offsets.")
    .argument("<name>");
  onRun<object, readonly [string]>(describe, async ([name], options) => {
    await (await import("../actions/topic.ts")).describeTopic(name, options, world);
  });
  examples(describe, ["millrace topic describe flights"]);

  const remove = topic.command("delete").description("Deletes topics and all their records. There is no way back.").argument("<names...>");
  onRun<object, readonly [readonly string[]]>(remove, async ([names], options) => {
    await (await import("../actions/topic.ts")).deleteTopics(names, options, world);
  });
  examples(remove, ["millrace topic delete flights airport-delays"]);
}
