import type { CompressionType } from "@millrace/records";
import { BATCH_BYTES_DEFAULT, BUFFER_BYTES_DEFAULT, PREFETCH_BYTES_DEFAULT } from "./limits.ts";

/** Whose word makes a record stored: nobody's, the leader's, or that of every in-sync replica. */
export type AcksSetting = "none" | "leader" | "all";

/** Which records a reader sees; `committed` leaves out open and aborted transactions. */
export type IsolationSetting = "uncommitted" | "committed";

export interface ClientSettings {
  /** host:port of brokers (gRPC); one that answers is enough. */
  readonly bootstrap: readonly string[];
  /** How long a call is repeated while something is moving or away, before its error reaches the caller. */
  readonly retryForMs?: number;
  /** Longest wait for one answer. */
  readonly requestTimeoutMs?: number;
}

export interface ProducerSettings {
  readonly acks: AcksSetting;
  /** How long a record may wait for others; 0 sends at the end of the turn, and still fills batches while requests are under way. */
  readonly lingerMs: number;
  /** A batch is closed when it would pass this. While earlier ones still wait for the broker, it goes on growing, up to 512 KiB. */
  readonly batchBytes: number;
  readonly compression: CompressionType;
  /** Numbered batches: a repeated one is not stored twice. Needs acks=all. */
  readonly idempotent: boolean;
  /** Makes `beginTransaction` possible, and fences the producer that used this id before. */
  readonly transactionalId: string | undefined;
  readonly transactionTimeoutMs: number;
  /** From `send` to success or failure, repetitions included. */
  readonly deliveryTimeoutMs: number;
  /** Records not yet acknowledged, in bytes; above, `send` answers false. */
  readonly bufferBytes: number;
}

export const PRODUCER_DEFAULTS: ProducerSettings = {
  acks: "all",
  lingerMs: 0,
  batchBytes: BATCH_BYTES_DEFAULT,
  compression: "none",
  idempotent: true,
  transactionalId: undefined,
  transactionTimeoutMs: 60_000, // Kafka's default
  deliveryTimeoutMs: 120_000, // Kafka's default
  bufferBytes: BUFFER_BYTES_DEFAULT,
};

/** Where a partition begins of which nothing is committed, or whose offset is not in the log any more. */
export type OffsetReset = "earliest" | "latest" | "none";

export interface ConsumerSettings {
  readonly isolation: IsolationSetting;
  /** Bytes fetched ahead of the caller, over all partitions. */
  readonly prefetchBytes: number;
  /** Largest answer for one partition; a single larger batch still passes. */
  readonly partitionBytesMax: number;
  /** Kafka's auto.offset.reset; `none` throws. */
  readonly offsetReset: OffsetReset;
  /** Makes `subscribe` and `commit` possible. */
  readonly groupId: string | undefined;
  /** Makes it a static member: after a restart within the session it has its former partitions at once. */
  readonly instanceId: string | undefined;
  readonly rackId: string | undefined;
  /** Shown where the group is described. */
  readonly clientId: string;
  /** How the group divides partitions; the one that most members ask for wins. */
  readonly assignor: "uniform" | "range" | undefined;
  /** Offsets of what earlier polls returned are committed by later ones, before partitions are given up, and at close. */
  readonly autoCommit: boolean;
  readonly autoCommitIntervalMs: number;
  /** A caller that does not poll for so long is taken for stuck: its partitions go to others (Kafka's max.poll.interval.ms). Also its time for giving partitions up. */
  readonly pollIntervalMsMax: number;
}

export const CONSUMER_DEFAULTS: ConsumerSettings = {
  isolation: "uncommitted",
  prefetchBytes: PREFETCH_BYTES_DEFAULT,
  partitionBytesMax: 1_048_576, // Kafka's max.partition.fetch.bytes
  offsetReset: "latest", // Kafka's default
  groupId: undefined,
  instanceId: undefined,
  rackId: undefined,
  clientId: "millrace-client",
  assignor: undefined,
  autoCommit: true, // Kafka's default
  autoCommitIntervalMs: 5_000, // Kafka's default
  pollIntervalMsMax: 300_000, // Kafka's default
};
