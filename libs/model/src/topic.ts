import { AppError } from "./errors.ts";
import type { BrokerId, LeaderEpoch, PartitionEpoch, TopicId } from "./ids.ts";

/** When an acks=all record counts as stored: `ack` = synced to disk before it is acknowledged; `interval` = Kafka's way. */
export type FlushMode = "ack" | "interval";
export type StorageEngine = "disk" | "memory";
export type CleanupPolicy = "delete" | "compact" | "compact,delete";

/** Effective settings of a topic. Names on the wire are Kafka's (see topic-config.ts). */
export interface TopicConfig {
  readonly cleanupPolicy: CleanupPolicy;
  readonly deleteRetentionMs: number;
  readonly minCompactionLagMs: number;
  readonly maxCompactionLagMs: number;
  readonly minCleanableDirtyRatio: number;
  readonly flush: FlushMode;
  readonly flushIntervalMs: number;
  readonly storage: StorageEngine;
  readonly segmentBytes: number;
  readonly segmentMs: number;
  readonly indexIntervalBytes: number;
  readonly retentionBytes: number; // -1: unlimited
  readonly retentionMs: number; // -1: unlimited
  readonly maxMessageBytes: number;
  readonly minInsyncReplicas: number;
  readonly messageTimestampType: "CreateTime" | "LogAppendTime";
  /** How far the timestamps of a batch may be ahead of and behind the broker's clock. */
  readonly timestampAfterMaxMs: number;
  readonly timestampBeforeMaxMs: number;
  /** What stored batches are compressed with; `producer`: as they came. */
  readonly compressionType: TopicCompression;
  readonly gzipLevel: number; // -1: the codec's default
  readonly zstdLevel: number;
  readonly uncleanLeaderElection: boolean;
  /** The backup from which it is being restored; empty: it is not. */
  readonly restoreOf: string;
}

export type TopicCompression = "producer" | "uncompressed" | "gzip" | "snappy" | "lz4" | "zstd";

/** Replicas on their way to other brokers (KIP-455). It has begun once all of `target` are among the partition's replicas. */
export interface Reassignment {
  /** Where the partition was when it was asked for, and goes back to when it is cancelled. */
  readonly original: readonly BrokerId[];
  /** Where it is to be; the first is the preferred leader. */
  readonly target: readonly BrokerId[];
}

/** State of one partition as the coordinator decided it. */
export interface PartitionState {
  readonly topicId: TopicId;
  readonly partition: number;
  readonly replicas: readonly BrokerId[];
  /** undefined: no live replica may lead. */
  readonly leader: BrokerId | undefined;
  readonly leaderEpoch: LeaderEpoch;
  readonly inSyncSet: readonly BrokerId[];
  readonly partitionEpoch: PartitionEpoch;
  /**
   * Replicas outside of the in-sync set that have every acknowledged record, as nothing has been acknowledged since they left it (KIP-966, eligible leader replicas);
   * absent: none.
   */
  readonly eligible?: readonly BrokerId[] | undefined;
  /** Replicas that lost their log, and have not been in sync since: what they have proves nothing. Absent: none. */
  readonly emptied?: readonly BrokerId[] | undefined;
  /** Absent: no replica is being moved. */
  readonly reassignment?: Reassignment | undefined;
}

export interface TopicDescription {
  readonly topicId: TopicId;
  readonly name: string;
  readonly internal: boolean;
  readonly partitions: readonly PartitionState[];
  /** Only what was set; defaults are not stored. */
  readonly configOverrides: Readonly<Record<string, string>>;
}

export const TOPIC_NAME_LENGTH_MAX = 249; // Kafka's limit: a folder name of topic + "-" + partition fits 255 bytes
export const PARTITIONS_PER_TOPIC_MAX = 100_000;

/** Internal topics keep Kafka's names where Kafka has one. */
export const TRANSACTION_STATE_TOPIC = "__transaction_state";
export const GROUP_OFFSETS_TOPIC = "__consumer_offsets";
export const SINK_MARKS_TOPIC = "__millrace_sink_marks";
export const CHECKPOINTS_TOPIC = "__millrace_checkpoints";

export function isInternalTopic(name: string): boolean {
  return name.startsWith("__");
}

/** Refuses a name that Kafka would refuse: `[a-zA-Z0-9._-]{1,249}`, not "." or "..". */
export function assertTopicName(name: string): void {
  if (name.length >= 1 && name.length <= TOPIC_NAME_LENGTH_MAX && /^[a-zA-Z0-9._-]+$/.test(name) && name !== "." && name !== "..") return;
  throw new AppError({
    kind: "invalid",
    code: "invalid-topic-name",
    message: `topic name must be 1 to ${TOPIC_NAME_LENGTH_MAX} of the characters a-z A-Z 0-9 . _ - and not "." or ".."`,
    context: { topic: name.slice(0, 80) },
  });
}
