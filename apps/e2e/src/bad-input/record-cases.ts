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
    name: "a cluster that does not answer",
    code: "unreachable",
    mentions: ["address=127.0.0.1:1", "check that the service runs"],
    run: service(() => ["topic", "list", "--address", "127.0.0.1:1"]),
  },
];
