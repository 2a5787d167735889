import { AppError } from "./errors.ts";
import type { TopicConfig } from "./topic.ts";
import { booleanKey, choiceKey, type ConfigKey, doubleKey, intKey, listKey, longKey, textKey, wordKey } from "./topic-config-key.ts";

/** While it is set, the topic is being restored: see docs/operations/backup.md. */
export const RESTORE_OF_CONFIG = "restore.of";

/** Every topic setting: Kafka's name, default and meaning where Kafka has one; `flush`, `flush.ms`, `restore.of` and `storage` are Millrace's own. */
export const TOPIC_CONFIG_KEYS: readonly ConfigKey<unknown>[] = [
  listKey("cleanup.policy", {
    field: "cleanupPolicy",
    values: { delete: "delete", compact: "compact", "compact,delete": "compact,delete", "delete,compact": "compact,delete" },
    defaultValue: "delete",
    doc: "What happens to old data: deleted by age and size, compacted to the last value of each key, or both.",
  }),
  choiceKey("compression.type", {
    field: "compressionType",
    choices: ["producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"],
    doc: "Codec of stored batches; producer keeps what was sent.",
  }),
  intKey("compression.gzip.level", {
    field: "gzipLevel",
    defaultValue: -1,
    min: -1,
    max: 9,
    except: 0,
    doc: "Level of gzip, 1 to 9; -1: its default.",
  }),
  intKey("compression.lz4.level", {
    field: undefined,
    defaultValue: 9,
    min: 9,
    max: 9,
    doc: "Must be 9, Kafka's default: the lz4 of brokers has one level.",
  }),
  intKey("compression.zstd.level", { field: "zstdLevel", defaultValue: 3, min: -131_072, max: 22, doc: "Level of zstd." }),
  longKey("delete.retention.ms", {
    field: "deleteRetentionMs",
    defaultValue: 86_400_000,
    min: 0,
    doc: "How long compaction keeps tombstones and markers for readers.",
  }),
  longKey("file.delete.delay.ms", {
    field: undefined,
    defaultValue: 60_000,
    min: 0,
    doc: "Accepted; files go when their last reader is done.",
  }),
  choiceKey("flush", {
    field: "flush",
    choices: ["ack", "interval"],
    doc: "ack: synced to disk before it is acknowledged; interval: in the background, so that acks=all means written by all replicas in sync.",
  }),
  longKey("flush.messages", {
    field: undefined,
    defaultValue: Number.MAX_SAFE_INTEGER,
    min: 1,
    doc: "Accepted; flush=ack syncs before each acknowledgement.",
  }),
  longKey("flush.ms", { field: "flushIntervalMs", defaultValue: 1_000, min: 1, doc: "With flush=interval: how often the log is synced." }),
  textKey("follower.replication.throttled.replicas", "Accepted; replication is throttled per broker."),
  intKey("index.interval.bytes", {
    field: "indexIntervalBytes",
    defaultValue: 4_096,
    min: 0,
    doc: "Bytes between entries of the offset index.",
  }),
  textKey("leader.replication.throttled.replicas", "Accepted; replication is throttled per broker."),
  longKey("max.compaction.lag.ms", {
    field: "maxCompactionLagMs",
    defaultValue: Number.MAX_SAFE_INTEGER,
    min: 1,
    doc: "Age above which records are compacted at once.",
  }),
  intKey("max.message.bytes", { field: "maxMessageBytes", defaultValue: 1_048_588, min: 0, doc: "Largest record batch that is accepted." }),
  longKey("message.timestamp.after.max.ms", {
    field: "timestampAfterMaxMs",
    defaultValue: 3_600_000,
    min: 0,
    doc: "How far a record's timestamp may be ahead of the broker's clock.",
  }),
  longKey("message.timestamp.before.max.ms", {
    field: "timestampBeforeMaxMs",
    defaultValue: Number.MAX_SAFE_INTEGER,
    min: 0,
    doc: "How far a record's timestamp may be behind the broker's clock.",
  }),
  choiceKey("message.timestamp.type", {
    field: "messageTimestampType",
    choices: ["CreateTime", "LogAppendTime"],
    doc: "Whose clock stamps records.",
  }),
  doubleKey("min.cleanable.dirty.ratio", {
    field: "minCleanableDirtyRatio",
    defaultValue: 0.5,
    min: 0,
    max: 1,
    doc: "Part of the log that is not compacted yet at which it is.",
  }),
  longKey("min.compaction.lag.ms", {
    field: "minCompactionLagMs",
    defaultValue: 0,
    min: 0,
    doc: "Age below which records are not compacted.",
  }),
  intKey("min.insync.replicas", { field: "minInsyncReplicas", defaultValue: 1, min: 1, doc: "In-sync replicas that acks=all needs." }),
  booleanKey("preallocate", { field: undefined, defaultValue: false, doc: "Accepted; files grow as they are written." }),
  booleanKey("remote.storage.enable", {
    field: undefined,
    defaultValue: false,
    only: false,
    doc: "Must be false: there is no tiered storage.",
  }),
  wordKey(RESTORE_OF_CONFIG, {
    field: "restoreOf",
    doc: "Set while the topic is being restored from this backup: no records are taken but restored ones, and none deleted.",
  }),
  longKey("retention.bytes", {
    field: "retentionBytes",
    defaultValue: -1,
    min: -1,
    doc: "Size above which old segments go; -1: no limit.",
  }),
  longKey("retention.ms", {
    field: "retentionMs",
    defaultValue: 604_800_000,
    min: -1,
    doc: "Age above which old segments go; -1: no limit.",
  }),
  intKey("segment.bytes", {
    field: "segmentBytes",
    defaultValue: 1_073_741_824,
    min: 1_048_576,
    doc: "Size at which a new segment is started.",
  }),
  intKey("segment.index.bytes", {
    field: undefined,
    defaultValue: 10_485_760,
    min: 4,
    doc: "Accepted; an index is as large as its segment asks.",
  }),
  longKey("segment.jitter.ms", { field: undefined, defaultValue: 0, min: 0, doc: "Accepted; segments are rolled one at a time." }),
  longKey("segment.ms", { field: "segmentMs", defaultValue: 604_800_000, min: 1, doc: "Age at which a new segment is started." }),
  choiceKey("storage", { field: "storage", choices: ["disk", "memory"], doc: "memory: segments in RAM, gone with the process." }),
  booleanKey("unclean.leader.election.enable", {
    field: "uncleanLeaderElection",
    defaultValue: false,
    doc: "Whether a replica that may lack acknowledged records may lead when no other is left.",
  }),
];

/** Settings of old Kafka versions: taken, checked by nobody, and not reported, as Kafka 4 does. */
const IGNORED: ReadonlySet<string> = new Set([
  "message.format.version",
  "message.downconversion.enable",
  "message.timestamp.difference.max.ms",
]);

const BY_NAME: ReadonlyMap<string, ConfigKey<unknown>> = new Map(TOPIC_CONFIG_KEYS.map((key) => [key.name, key]));

/** Settings whose value is a list: only these can be appended to (KIP-339). */
export function isListConfig(name: string): boolean {
  return BY_NAME.get(name)?.type === "list";
}

/** The default as text, in Kafka's words; undefined for a name that is no setting. */
export function defaultTopicConfig(name: string): string | undefined {
  return BY_NAME.get(name)?.defaultText;
}

/** Effective configuration from overrides by Kafka name; an unknown name or a wrong value is refused with the allowed ones. */
export function resolveTopicConfig(overrides: Readonly<Record<string, string>>): TopicConfig {
  const config: Record<string, unknown> = {};
  for (const key of TOPIC_CONFIG_KEYS) if (key.field !== undefined) config[key.field] = key.defaultValue;
  for (const [name, text] of Object.entries(overrides)) {
    if (IGNORED.has(name)) continue;
    const key = BY_NAME.get(name);
    if (key === undefined) throw unknownConfig(name);
    const value = key.parse(text);
    if (value === undefined) throw wrongValue(key, text);
    if (key.field !== undefined) config[key.field] = value;
  }
  const resolved = config as unknown as TopicConfig;
  if (resolved.minCompactionLagMs > resolved.maxCompactionLagMs)
    throw new AppError({
      kind: "invalid",
      code: "invalid-topic-config",
      message: "min.compaction.lag.ms must not be above max.compaction.lag.ms",
      context: { min: resolved.minCompactionLagMs, max: resolved.maxCompactionLagMs },
    });
  return resolved;
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
  return new AppError({
    kind: "invalid",
    code: "invalid-topic-config",
    message: `${key.name} must be ${key.allowed}`,
    context: { value: value.slice(0, 100) },
  });
}
