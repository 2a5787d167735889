import { type BadCase, cli, service } from "./bad-case.ts";

/** Topic of the running cluster whose records may have 1,000 bytes. */
export const SMALL_TOPIC = "small-records";

/** Topics and records that do not fit. */
export const recordCases: readonly BadCase[] = [
  {
    name: "consume: unknown topic",
    code: "unknown-topic",
    mentions: ["fligths", /create/],
    run: cli(() => ["consume", "fligths", "--from-beginning"]),
  },
  {
    name: "produce: unknown topic",
    code: "unknown-topic",
    mentions: ["fligths", /create/],
    run: cli(() => ["produce", "fligths", "--value", "x"]),
  },
  { name: "topic describe: unknown topic", code: "unknown-topic", mentions: ["fligths"], run: cli(() => ["topic", "describe", "fligths"]) },
  {
    name: "topic create: unknown setting",
    code: "unknown-topic-config",
    mentions: ["retention.msec"],
    run: cli(() => ["topic", "create", "t", "--config", "retention.msec=1"]),
  },
  { name: "topic create: a name that is none", code: "invalid-topic-name", mentions: ["a/b"], run: cli(() => ["topic", "create", "a/b"]) },
  {
    name: "produce: record over the topic's limit",
    code: "record-too-large",
    mentions: ["max.message.bytes", "1000"],
    run: cli(() => ["produce", SMALL_TOPIC, "--value", "x".repeat(2_000)]),
  },
  {
    name: "produce: a line over every limit",
    code: "input-line-too-long",
    mentions: [/1[_,]?048[_,]?576|bytes/],
    run: cli(() => ["produce", SMALL_TOPIC], { input: `${"x".repeat(3_000_000)}\n` }),
  },
  {
    name: "produce: a value that is not of its format",
    code: "bad-record-format",
    mentions: ["line=2", "--value-format"],
    run: cli(() => ["produce", SMALL_TOPIC, "--value-format", "json"], { input: '{"a":1}\n{"a":\n' }),
  },
  {
    name: "produce: a line that is no record",
    code: "bad-record-format",
    mentions: ["consume --json", "line=1"],
    run: cli(() => ["produce", SMALL_TOPIC, "--records"], { input: "plain text\n" }),
  },
  {
    name: "consume: a start that is none",
    code: "bad-argument",
    mentions: ["yesterday", "15m"],
    run: cli(() => ["consume", SMALL_TOPIC, "--from", "yesterday"]),
  },
  {
    name: "consume: a group and a partition",
    code: "bad-argument",
    mentions: ["--partition or --group"],
    run: cli(() => ["consume", SMALL_TOPIC, "--group", "g", "--partition", "0"]),
  },
  {
    name: "consume: a group on an unknown topic",
    code: "unknown-topic",
    mentions: ["fligths", /create/],
    run: cli(() => ["consume", "fligths", "--group", "g"]),
  },
  {
    name: "group describe: unknown group",
    code: "group-id-not-found",
    mentions: ["nobody"],
    run: cli(() => ["group", "describe", "nobody"]),
  },
  { name: "group delete: unknown group", code: "group-id-not-found", mentions: ["group="], run: cli(() => ["group", "delete", "nobody"]) },
  {
    name: "group reset-offsets: nowhere to go",
    code: "bad-argument",
    mentions: ["--to-earliest", "--shift-by"],
    run: cli(() => ["group", "reset-offsets", "g", "--topic", SMALL_TOPIC]),
  },
  {
    name: "group reset-offsets: unknown topic",
    code: "unknown-topic",
    mentions: ["fligths"],
    run: cli(() => ["group", "reset-offsets", "g", "--topic", "fligths", "--to-latest"]),
  },
  {
    name: "group reset-offsets: a partition that is not there",
    code: "bad-argument",
    mentions: ["partition=99", "partitions="],
    run: cli(() => ["group", "reset-offsets", "g", "--topic", `${SMALL_TOPIC}:99`, "--to-latest"]),
  },
  {
    name: "topic alter: fewer partitions",
    code: "not-more-partitions",
    mentions: ["existing=", "asked=1"],
    run: cli(() => ["topic", "alter", SMALL_TOPIC, "--partitions", "1"]),
  },
  {
    name: "topic delete-records: how much",
    code: "bad-argument",
    mentions: ["--before-time", "--all"],
    run: cli(() => ["topic", "delete-records", SMALL_TOPIC, "--execute"]),
  },
  {
    name: "config alter: unknown setting",
    code: "unknown-topic-config",
    mentions: ["retention.msec"],
    run: cli(() => ["config", "alter", SMALL_TOPIC, "--set", "retention.msec=1"]),
  },
  {
    name: "config alter: a value that is none",
    code: "invalid-topic-config",
    mentions: ["retention.ms", "value=soon"],
    run: cli(() => ["config", "alter", SMALL_TOPIC, "--set", "retention.ms=soon"]),
  },
  {
    name: "config describe: unknown topic",
    code: "unknown-topic",
    mentions: ["fligths"],
    run: cli(() => ["config", "describe", "fligths"]),
  },
  {
    name: "perf consume: unknown topic",
    code: "unknown-topic",
    mentions: ["fligths"],
    run: cli(() => ["perf", "consume", "fligths"]),
  },
  {
    name: "a cluster that does not answer",
    code: "unreachable",
    mentions: ["address=127.0.0.1:1", "check that the service runs"],
    run: service(() => ["topic", "list", "--address", "127.0.0.1:1"]),
  },
];
