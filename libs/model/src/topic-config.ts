import { AppError } from "./errors.ts";
import type { TopicConfig } from "./topic.ts";

interface ConfigKey<T> {
  readonly name: string;
  readonly field: keyof TopicConfig;
  readonly defaultValue: T;
  readonly doc: string;
  parse(text: string): T | undefined;
  readonly allowed: string;
}

function integerKey(name: string, field: keyof TopicConfig, defaultValue: number, min: number, doc: string): ConfigKey<number> {
  return {
    name,
    field,
    defaultValue,
    doc,
    allowed: `an integer ≥ ${min}`,
    parse(text) {
      const value = Number(text);
      return /^-?\d+$/.test(text) && value >= min ? Math.min(value, Number.MAX_SAFE_INTEGER) : undefined;
    },
  };
}

function ratioKey(name: string, field: keyof TopicConfig, defaultValue: number, doc: string): ConfigKey<number> {
  return {
    name,
    field,
    defaultValue,
    doc,
    allowed: "a number from 0 to 1",
    parse(text) {
      const value = Number(text);
      return /^\d*\.?\d+$/.test(text) && value <= 1 ? value : undefined;
    },
  };
}

function choiceKey<T extends string>(name: string, field: keyof TopicConfig, choices: readonly [T, ...T[]], doc: string): ConfigKey<T> {
  return {
    name,
    field,
    defaultValue: choices[0],
    doc,
    allowed: `one of ${choices.join(" | ")}`,
    parse: (text) => choices.find((choice) => choice === text),
  };
}

/** Every topic setting: Kafka's name, default and meaning where Kafka has one; `flush` and `storage` are Millrace's own. */
export const TOPIC_CONFIG_KEYS: readonly ConfigKey<unknown>[] = [
  choiceKey("cleanup.policy", "cleanupPolicy", ["delete", "compact", "compact,delete"], "What happens to old data."),
  integerKey("delete.retention.ms", "deleteRetentionMs", 86_400_000, 0, "How long compaction keeps tombstones and markers for readers."),
  integerKey("min.compaction.lag.ms", "minCompactionLagMs", 0, 0, "Age below which records are not compacted."),
  integerKey("max.compaction.lag.ms", "maxCompactionLagMs", Number.MAX_SAFE_INTEGER, 1, "Age above which records are compacted at once."),
  ratioKey("min.cleanable.dirty.ratio", "minCleanableDirtyRatio", 0.5, "Part of the log that is not compacted yet at which it is."),
  choiceKey("flush", "flush", ["ack", "interval"], "ack: synced to disk before it is acknowledged; interval: in the background."),
  integerKey("flush.ms", "flushIntervalMs", 1_000, 1, "With flush=interval: how often the log is synced."),
  choiceKey("storage", "storage", ["disk", "memory"], "memory: segments in RAM, gone with the process."),
  integerKey("segment.bytes", "segmentBytes", 1_073_741_824, 1_048_576, "Size at which a new segment is started."),
  integerKey("segment.ms", "segmentMs", 604_800_000, 1, "Age at which a new segment is started."),
  integerKey("index.interval.bytes", "indexIntervalBytes", 4_096, 0, "Bytes between entries of the offset index."),
  integerKey("retention.bytes", "retentionBytes", -1, -1, "Size above which old segments go; -1: no limit."),
  integerKey("retention.ms", "retentionMs", 604_800_000, -1, "Age above which old segments go; -1: no limit."),
  integerKey("max.message.bytes", "maxMessageBytes", 1_048_588, 0, "Largest record batch that is accepted."),
  integerKey("min.insync.replicas", "minInsyncReplicas", 1, 1, "In-sync replicas that acks=all needs."),
  choiceKey("message.timestamp.type", "messageTimestampType", ["CreateTime", "LogAppendTime"], "Whose clock stamps records."),
];

/** Effective configuration from overrides by Kafka name; an unknown name or a wrong value is refused with the allowed ones. */
export function resolveTopicConfig(overrides: Readonly<Record<string, string>>): TopicConfig {
  const config: Record<string, unknown> = {};
  for (const key of TOPIC_CONFIG_KEYS) config[key.field] = key.defaultValue;
  for (const [name, text] of Object.entries(overrides)) {
    const key = TOPIC_CONFIG_KEYS.find((candidate) => candidate.name === name);
    if (key === undefined) throw unknownConfig(name);
    const value = key.parse(text);
    if (value === undefined) throw wrongValue(key, text);
    config[key.field] = value;
  }
  return config as unknown as TopicConfig;
}

function unknownConfig(name: string): AppError {
  const known = TOPIC_CONFIG_KEYS.map((key) => key.name).join(", ");
  return new AppError({
    kind: "invalid",
    code: "unknown-topic-config",
    message: `no such topic setting; known are ${known}`,
    context: { name },
  });
}

function wrongValue(key: ConfigKey<unknown>, value: string): AppError {
  return new AppError({ kind: "invalid", code: "invalid-topic-config", message: `${key.name} must be ${key.allowed}`, context: { value } });
}
