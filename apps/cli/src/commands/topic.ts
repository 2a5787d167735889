import type { Command } from "commander";
import { assignment, pointInTime, type TopicSelection, topicSelection, wholeNumber } from "../options.ts";
import type { CliWorld } from "../world.ts";
import { examples, onRun } from "./on-run.ts";

/** Options of `topic create`. */
export interface TopicCreateOptions {
  readonly partitions?: number;
  readonly replicas?: number;
  readonly config?: Readonly<Record<string, string>>;
  readonly ifNotExists?: boolean;
}

/** Options of `topic alter`. */
export interface TopicAlterOptions {
  readonly partitions: number;
  readonly dryRun?: boolean;
}

/** Options of `topic delete-records`: exactly one of the ends. */
export interface DeleteRecordsOptions {
  readonly before?: number;
  readonly beforeTime?: number;
  readonly all?: boolean;
  readonly execute?: boolean;
}

/** `millrace topic create|list|describe|alter|delete|delete-records`. */
export function addTopicCommands(program: Command, world: CliWorld): void {
  const topic = program
    .command("topic")
    .summary("create, list, describe, alter and delete topics")
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
    .description("Shows the settings of topics, and for each partition its leader, replicas and offsets; of all topics if none is named.")
    .argument("[names...]")
    .option("--trouble", "only partitions without a leader, or with replicas that are not in sync");
  onRun<{ readonly trouble?: boolean }, readonly [readonly string[]]>(describe, async ([names], options) => {
    await (await import("../actions/topic-describe.ts")).describeTopics(names, options, world);
  });
  examples(describe, ["millrace topic describe flights", "millrace topic describe --trouble"]);
  addChanges(topic, world);
}

function addChanges(topic: Command, world: CliWorld): void {
  const remove = topic.command("delete").description("Deletes topics and all their records. There is no way back.").argument("<names...>");
  onRun<object, readonly [readonly string[]]>(remove, async ([names], options) => {
    await (await import("../actions/topic.ts")).deleteTopics(names, options, world);
  });
  examples(remove, ["millrace topic delete flights airport-delays"]);

  const alter = topic
    .command("alter")
    .description("Adds partitions to a topic. Records stay where they are: those of one key may stand in two partitions from then on.")
    .argument("<name>")
    .requiredOption("-p, --partitions <count>", "how many it is to have, more than now", wholeNumber(1))
    .option("--dry-run", "check only, change nothing");
  onRun<TopicAlterOptions, readonly [string]>(alter, async ([name], options) => {
    await (await import("../actions/topic-alter.ts")).alterTopic(name, options, world);
  });
  examples(alter, [
    "millrace topic alter flights --partitions 12",
    "millrace config alter flights --set retention.ms=3600000      # settings",
  ]);

  const deletion = topic
    .command("delete-records")
    .description("Deletes the oldest records of a topic. Shows what would go and deletes nothing; --execute does it. There is no way back.")
    .argument("<topic[:partitions]>", "the topic, or some partitions of it as flights:0,2", (text: string) => topicSelection(text))
    .option("--before <offset>", "up to this offset in each partition, which stays", wholeNumber(0))
    .option("--before-time <time>", "up to the first record at this time or later: 2026-11-26T12:00:00Z", pointInTime)
    .option("--all", "all that is there now")
    .option("--execute", "do it; without it nothing is deleted");
  onRun<DeleteRecordsOptions, readonly [readonly TopicSelection[]]>(deletion, async ([selections], options) => {
    await (await import("../actions/topic-delete-records.ts")).deleteRecords(selections, options, world);
  });
  examples(deletion, [
    "millrace topic delete-records clicks --before-time 2026-11-01                # look first",
    "millrace topic delete-records clicks:3 --before 1200 --execute",
  ]);
}
