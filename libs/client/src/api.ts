import type { AppError, TopicPartition } from "@millrace/model";
import type { CompressionCodecs, Crc32c, DecodedRecord, RecordHeader } from "@millrace/records";
import type { Clock, Random, Tracer } from "@millrace/ports";
import type { RpcTransport } from "@millrace/contracts";
import type { Admin } from "./admin-api.ts";
import type { CommittedOffset, GroupIdentity, GroupListener, GroupOffset, Subscription } from "./group-api.ts";
import type { ConsumerSettings, IsolationSetting, ProducerSettings } from "./settings.ts";

/** What the client needs of its surroundings. */
export interface ClientPorts {
  readonly transport: RpcTransport;
  readonly clock: Clock;
  readonly random: Random;
  readonly crc32c: Crc32c;
  /** Absent: only uncompressed batches. */
  readonly compression?: CompressionCodecs;
  readonly tracer?: Tracer;
}

/** The way into a cluster for one process; producers, consumers and admins of it share its metadata and connections. */
export interface Client {
  producer(settings?: Partial<ProducerSettings>): Producer;
  consumer(settings?: Partial<ConsumerSettings>): Consumer;
  /** Whole batches from `startOffset` up to at least `endOffset` (exclusive): the first may begin earlier and the last end later. */
  fetchRange(range: FetchRange, options?: FetchRangeOptions): AsyncIterable<FetchedChunk>;
  listOffsets(queries: readonly OffsetSpec[], isolation?: IsolationSetting): Promise<readonly ListedOffset[]>;
  /** Partitions of a topic; fails with `unknown-topic`. */
  partitionCount(topic: string): Promise<number>;
  admin(): Admin;
  /** Ends every transaction of these ids that may still be open, and fences whoever used them. */
  fenceTransactionalIds(transactionalIds: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export interface ProducerRecord {
  readonly key?: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers?: readonly RecordHeader[];
  /** Absent: now. */
  readonly timestampMs?: number;
  /** Absent: by the key's hash as every Kafka client does, or spread where there is no key. */
  readonly partition?: number;
}

export interface Delivery {
  readonly topic: string;
  readonly partition: number;
  /** Offset of the first record; -1 with acks=none, and for a batch whose offset the broker no longer remembers. */
  readonly baseOffset: number;
  readonly recordCount: number;
  /** Monotonic time at which the batch's first record was sent. */
  readonly sentAtMs: number;
  readonly error: AppError | undefined;
}

/**
 * Writes records. `send` only copies into the partition's open batch: no promise per record, so a million a second are possible. What became of them is
 * told by `flush`, by `onDelivery` per batch, or by `sendAndWait`. Records of one partition are stored in the order of `send`, also after repetitions.
 */
export interface Producer {
  /**
   * Takes a record. False: the buffer is full, await `ready()` before the next (who never does meets `producer-buffer-full`, thrown). The topic's
   * partitions must be known: `await open([topics])` once, or `sendAndWait`.
   */
  send(topic: string, record: ProducerRecord): boolean;
  /** One record, answered when it is stored. For a few records; a loop over it is slow. */
  sendAndWait(topic: string, record: ProducerRecord): Promise<{ partition: number; offset: number }>;
  /** A ready batch (v2) as it is, in order with what was sent before; numbers of an idempotent producer are stamped into it. */
  produceBatch(target: { topic: string; partition: number }, batch: Uint8Array): Promise<{ baseOffset: number }>;
  /** Learns the partitions of topics (again: those that were added since), so that `send` need not wait; with a transactional id also fences its former owner. */
  open(topics: readonly string[]): Promise<void>;
  /** Resolves when there is room for `send`. */
  ready(): Promise<void>;
  /** Resolves when all that was sent before is stored; rejects with the first failure since the last flush. */
  flush(): Promise<void>;
  /** Called once per batch, also for failures. */
  onDelivery(listener: (delivery: Delivery) => void): void;
  /** `partitions`: of opened topics, where records will surely go; their coordinator hears of them together with the first one, which saves a call before the commit. */
  beginTransaction(options?: { partitions?: readonly TopicPartition[] }): void;
  /**
   * Offsets of a group as part of the open transaction: they count when it is committed, together with its records (consume, transform, produce). The consumer's
   * own auto-commit must be off, and readers of the output read committed.
   */
  sendOffsetsToTransaction(offsets: readonly GroupOffset[], group: GroupIdentity): Promise<void>;
  /** Flushes, then commits; resolves when every partition has its marker. Rejects, uncommitted, if any record failed: abort then. */
  commitTransaction(): Promise<void>;
  abortTransaction(): Promise<void>;
  /** Bytes sent and not yet acknowledged. */
  readonly bufferedBytes: number;
  /** Flushes unless `discard`, then ends; later sends throw `client-closed`. */
  close(options?: { discard?: boolean }): Promise<void>;
}

export type StartOffset = number | "earliest" | "latest";

export interface Assignment {
  readonly topic: string;
  readonly partition: number;
  readonly offset: StartOffset;
  /** Of the record before a numeric offset, as it was committed with it: reading begins with a look whether the log was cut since (KIP-320). Absent: no look. */
  readonly leaderEpoch?: number | undefined;
}

/** Records of one partition in order; key, value and header values are views on fetched bytes, never written again. */
export interface PartitionRecords {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly DecodedRecord[];
  /** Where to read on. */
  readonly nextOffset: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  /**
   * The log was cut, by the election of a leader that lacked records (KIP-320): of those that were delivered before, the ones from `offset` on are not in it any more. Told with
   * the first records after it, if `offsetReset` lets the consumer go on there; otherwise reading fails with `log-truncated`.
   */
  readonly truncation?: { readonly offset: number; readonly position: number };
}

/**
 * Reads partitions, those that it is assigned or those that its group gives it, fetching ahead within a bound. Iterating delivers groups of records as they arrive;
 * `poll` the same with a time limit. Asking for the next group says that the caller is done with the former ones. For one caller at a time.
 */
export interface Consumer extends AsyncIterable<PartitionRecords> {
  /** Replaces what is read. Not for a consumer that has subscribed. */
  assign(assignments: readonly Assignment[]): void;
  /** All partitions of a topic. */
  assignTopic(topic: string, offset: StartOffset): Promise<void>;
  /** Joins the group, or changes what is subscribed to. Partitions come, go and are read within `poll`; the member is one until `close` or `unsubscribe`. */
  subscribe(subscription: Subscription, listener?: GroupListener): Promise<void>;
  /** Leaves the group; what was read is committed first if auto-commit is on. */
  unsubscribe(): Promise<void>;
  /** What is read now. */
  assignment(): readonly TopicPartition[];
  seek(assignment: Assignment): void;
  /** Delivers nothing of these partitions until they are resumed; the member stays one as long as the caller polls. */
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  paused(): readonly TopicPartition[];
  /** Next group of records; undefined when `timeoutMs` passed without any. */
  poll(options: { timeoutMs: number; signal?: AbortSignal }): Promise<PartitionRecords | undefined>;
  /** Offset after the last record delivered to the caller; undefined before a start that was given by a word has been found. */
  position(target: { topic: string; partition: number }): number | undefined;
  /** Commits these offsets; without any, the positions of all that is assigned. Resolves when they are stored. Commits of one consumer take effect in order. */
  commit(offsets?: readonly GroupOffset[]): Promise<void>;
  /** The same without waiting; a failure is told to the listener's `onCommitFailed`. */
  commitAsync(offsets?: readonly GroupOffset[]): void;
  /** What the group has committed; partitions without an offset are left out. */
  committed(partitions: readonly TopicPartition[]): Promise<readonly CommittedOffset[]>;
  /** For `Producer.sendOffsetsToTransaction`. */
  groupIdentity(): GroupIdentity;
  /** Commits what was read if auto-commit is on, leaves the group, ends. */
  close(): Promise<void>;
}

export interface FetchRange {
  readonly topic: string;
  readonly partition: number;
  readonly startOffset: number;
  readonly endOffset: number;
}

export interface FetchRangeOptions {
  readonly isolation?: IsolationSetting;
  readonly partitionBytesMax?: number;
  readonly prefetchBytes?: number;
  readonly signal?: AbortSignal;
}

/** Whole batches in order. Use `committedBatches` to leave out control batches and, with `aborted`, those of aborted transactions. */
export interface FetchedChunk {
  readonly batches: Uint8Array;
  readonly aborted: readonly AbortedRange[];
  /** Where the next chunk goes on. */
  readonly nextOffset: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  /** Leader epoch of the last batch, if that ends at `nextOffset`: with it a reader finds out whether the log was cut since. */
  readonly lastEpoch?: number | undefined;
}

export interface AbortedRange {
  readonly producerId: number;
  readonly firstOffset: number;
}

export interface OffsetSpec {
  readonly topic: string;
  readonly partition: number;
  /** "latest" is the end a reader of this isolation can reach; a number: first record of that time (ms) or later. */
  readonly at: "earliest" | "latest" | { readonly timestampMs: number };
}

export interface ListedOffset {
  readonly topic: string;
  readonly partition: number;
  /** -1: no such record. */
  readonly offset: number;
  readonly timestampMs: number;
  readonly leaderEpoch: number;
}
