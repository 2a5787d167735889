import { type Command, Option } from "commander";
import { duration, integer, pointInTime, type TopicSelection, topicSelection, wholeNumber, words } from "../options.ts";
import type { CliWorld } from "../world.ts";
import { examples, onRun } from "./on-run.ts";

/** Options of `group list`. */
export interface GroupListOptions {
  readonly state?: readonly string[];
  readonly type?: readonly string[];
}

/** Options of `group reset-offsets`: exactly one of the targets. */
export interface ResetOffsetsOptions {
  readonly topic?: readonly TopicSelection[];
  readonly allTopics?: boolean;
  readonly toEarliest?: boolean;
  readonly toLatest?: boolean;
  readonly toOffset?: number;
  readonly byDuration?: number;
  readonly toDatetime?: number;
  readonly shiftBy?: number;
  readonly execute?: boolean;
}

/** Options of `group delete-offsets`. */
export interface DeleteOffsetsOptions {
  readonly topic?: readonly TopicSelection[];
}

/** `millrace group list|describe|reset-offsets|delete|delete-offsets`. */
export function addGroupCommands(program: Command, world: CliWorld): void {
  const group = program
    .command("group")
    .alias("groups")
    .summary("consumer groups: list, describe with lag, move offsets, delete")
    .description("Consumer groups, of Kafka clients and of gRPC clients alike: who reads what, and how far behind.");
  addLooking(group, world);
  addReset(group, world);
  addDeleting(group, world);
}

function addLooking(group: Command, world: CliWorld): void {
  const list = group
    .command("list")
    .description("Lists the groups of all brokers.")
    .option("--state <states>", "only in these states: stable, empty, preparingrebalance, …", words)
    .option("--type <types>", "only of these types: classic, consumer", words);
  onRun<GroupListOptions>(list, async (_, options) => {
    await (await import("../actions/group-list.ts")).listGroups(options, world);
  });
  examples(list, ["millrace group list", "millrace group list --state empty --json | jq -r .groupId"]);

  const describe = group
    .command("describe")
    .description(
      "Shows a group: its state, and for each partition the committed offset, how many records are behind it (lag), and who reads it.",
    )
    .argument("<group>")
    .option("--members", "a row for each member instead of each partition");
  onRun<{ readonly members?: boolean }, readonly [string]>(describe, async ([name], options) => {
    await (await import("../actions/group-describe.ts")).describeGroup(name, options, world);
  });
  examples(describe, ["millrace group describe billing", "millrace group describe billing --members"]);
}

function addReset(group: Command, world: CliWorld): void {
  const reset = group
    .command("reset-offsets")
    .summary("move a group to another place in its topics")
    .description(
      "Moves the committed offsets of a group that has no members. Shows what would change and changes nothing; --execute does it. Records that are read again are processed again.",
    )
    .argument("<group>")
    .option("-t, --topic <topic[:partitions]>", "a topic, or some partitions of it as flights:0,2; repeatable", topicSelection)
    .option("--all-topics", "every topic that the group has offsets of")
    .option("--to-earliest", "to the first record there is")
    .option("--to-latest", "to the end: what is there is skipped")
    .option("--to-offset <offset>", "to this offset in each partition", wholeNumber(0))
    .option("--by-duration <duration>", "to the first record of this long ago: 15m, 12h, 7d, PT1H30M", duration)
    .option("--to-datetime <time>", "to the first record at this time or later: 2026-11-26T12:00:00Z", pointInTime)
    .option("--shift-by <count>", "by so many records from where it is; negative goes back", integer)
    .option("--execute", "do it; without it nothing changes");
  onRun<ResetOffsetsOptions, readonly [string]>(reset, async ([name], options) => {
    await (await import("../actions/group-reset-offsets.ts")).resetOffsets(name, options, world);
  });
  examples(reset, [
    "millrace group reset-offsets billing --topic orders --to-earliest              # look first",
    "millrace group reset-offsets billing --topic orders --by-duration 2h --execute",
    "millrace group reset-offsets billing --topic orders:3 --shift-by -100 --execute",
  ]);
}

function addDeleting(group: Command, world: CliWorld): void {
  const remove = group.command("delete").description("Deletes groups that have no members, and their offsets.").argument("<groups...>");
  onRun<object, readonly [readonly string[]]>(remove, async ([names], options) => {
    await (await import("../actions/group-delete.ts")).deleteGroups(names, options, world);
  });
  examples(remove, ["millrace group delete billing-test"]);

  const offsets = group
    .command("delete-offsets")
    .description("Deletes a group's offsets of topics that none of its members subscribes to.")
    .argument("<group>")
    .addOption(
      new Option("-t, --topic <topic[:partitions]>", "a topic, or some partitions of it; repeatable")
        .argParser(topicSelection)
        .makeOptionMandatory(),
    );
  onRun<DeleteOffsetsOptions, readonly [string]>(offsets, async ([name], options) => {
    await (await import("../actions/group-delete.ts")).deleteOffsets(name, options, world);
  });
  examples(offsets, ["millrace group delete-offsets billing --topic orders-old"]);
}
