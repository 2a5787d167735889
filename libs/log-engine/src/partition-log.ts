import type { CleanupPolicy, FlushMode, LeaderEpoch, Offset, ProducerEpoch, ProducerId, TimestampMs, TopicId } from "@millrace/model";
import type { Storage } from "@millrace/ports";
import type { CompressionCodecs, Crc32c, EndTransactionMarker, RecordBatchView } from "@millrace/records";
import type { ProducerDescription } from "./producer-state.ts";

/** Whose log it is; written into the folder at creation and compared at every opening. */
export interface PartitionIdentity {
  readonly topicId: TopicId;
  readonly topic: string;
  readonly partition: number;
}

/** Settings of a log; a TopicConfig has all of them. May be changed while the log is open, see `PartitionLog.configure`. */
export interface LogSettings {
  readonly flush: FlushMode;
  readonly segmentBytes: number;
  readonly segmentMs: number;
  readonly indexIntervalBytes: number;
  readonly retentionBytes: number; // -1: unlimited
  readonly retentionMs: number; // -1: unlimited
  readonly maxMessageBytes: number;
  readonly messageTimestampType: "CreateTime" | "LogAppendTime";
  readonly cleanupPolicy: CleanupPolicy;
  readonly deleteRetentionMs: number;
  readonly minCompactionLagMs: number;
  readonly maxCompactionLagMs: number;
  readonly minCleanableDirtyRatio: number;
  /** How far a batch's greatest timestamp may be ahead of `now`, where it is the producer's. */
  readonly timestampAfterMaxMs: number;
}

/** Keeps what was written last in memory for tail reads, bounded over all logs that share it. */
export interface TailCache {
  readonly bytesMax: number;
  readonly sizeBytes: number;
}

export interface LogPorts {
  readonly storage: Storage;
  readonly crc32c: Crc32c;
  /** Needed by `offsetForTime` on compressed batches. */
  readonly codecs?: CompressionCodecs;
  /** Shared by all logs of a process; absent: a small one of its own. */
  readonly tailCache?: TailCache;
  /** Told of a log of which a read failed, as its file is damaged or cannot be read: look at it (`verifySegment`). */
  readonly damaged?: (folder: string) => void;
}

/** A segment that nothing is appended to any more. */
export interface ClosedSegment {
  readonly baseOffset: Offset;
  readonly endOffset: Offset;
  readonly sizeBytes: number;
}

export interface StageOptions {
  /** The epoch in which the caller believes to lead; any other than the log's is refused (R2). */
  readonly leaderEpoch: LeaderEpoch;
  readonly now: TimestampMs;
  /** The transaction coordinator has this partition in the producer's transaction (KIP-890); needed for a transaction's first batch only. */
  readonly transactionVerified?: boolean;
}

/** Where a batch went. A duplicate (G27) is a success with the offsets of the first time, and appended nothing. */
export interface StageResult {
  readonly kind: "appended" | "duplicate";
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  /** -1 unless the topic stamps LogAppendTime. */
  readonly logAppendTime: TimestampMs;
}

export type MarkerInput = Omit<EndTransactionMarker, "timestamp">;

export interface ReadOptions {
  readonly offset: Offset;
  readonly maxBytes: number;
  /** Nothing at or above is returned: the high watermark, the last stable offset, or the log end for followers. */
  readonly endOffset: Offset;
  /** The first batch is returned even if it is larger than maxBytes (G18). Default: true. */
  readonly minOneBatch?: boolean;
}

/** Whole batches; the first one contains the asked offset (G16). The bytes are never changed, nor their memory used again before `release`. */
export interface ReadResult {
  /** Each chunk holds whole batches; together they are in order and without gap. */
  readonly chunks: readonly Uint8Array[];
  readonly sizeBytes: number;
  /** Where the next read goes on; the asked offset if nothing was read. */
  readonly nextOffset: Offset;
  /** Gives the chunks' memory back; at most once, when nobody has a view of them any more. Whoever cannot know leaves them to the collector. */
  readonly release: () => void;
}

export interface AbortedTransaction {
  readonly producerId: ProducerId;
  readonly firstOffset: Offset;
}

export type Isolation = "read-uncommitted" | "read-committed";
/** Kafka's -1, -2, -3, or the first record at or after a time. */
export type TimeQuery = "latest" | "earliest" | "max-timestamp" | TimestampMs;

export interface OffsetAtTime {
  readonly offset: Offset;
  /** -1 for "latest" and "earliest". */
  readonly timestamp: TimestampMs;
  readonly leaderEpoch: LeaderEpoch;
}

/** What opening found; R11: a log that `isSuspect` may have lost its end. */
export interface RecoveryReport {
  /** Nothing had to be verified: the log was closed cleanly. */
  readonly wasClosedCleanly: boolean;
  readonly verifiedBytes: number;
  /** Bytes of a torn tail that were cut. */
  readonly cutBytes: number;
  readonly isSuspect: boolean;
  /** With flush=interval: unless the process before stopped cleanly, records that had counted may be missing from its end. */
  readonly wasSyncedLate: boolean;
}

export interface RetentionResult {
  readonly deletedSegments: number;
  readonly deletedBytes: number;
  readonly logStartOffset: Offset;
}

/** How much of a compacted topic's log could be compacted now. */
export interface CompactionNeed {
  /** Bytes of closed segments that were compacted before, and of those that were not. */
  readonly cleanBytes: number;
  readonly dirtyBytes: number;
  /** dirty / (clean + dirty), which Kafka compares with min.cleanable.dirty.ratio. */
  readonly dirtyRatio: number;
  /** By that ratio, or by max.compaction.lag.ms. */
  readonly isDue: boolean;
}

export interface CompactionOptions {
  readonly now: TimestampMs;
  /** Somebody may read again from here on: nothing at or above is touched. */
  readonly keepFrom?: Offset | undefined;
  /** Called before each chunk's work with its bytes; resolves when it may go on. Where a rate is kept, and other work gets its turn. */
  readonly pause: (bytes: number) => Promise<void>;
  /** Smaller bounds of the memory for keys, for tests. */
  readonly keyBounds?: { readonly keysMax: number; readonly bytesMax: number };
}

export interface CompactionResult {
  /** False: there were more keys than fit into memory, or retention came between; the next pass goes on. */
  readonly isComplete: boolean;
  readonly keys: number;
  readonly removedRecords: number;
  /** Batches whose records cannot be decoded, which stay as they are. */
  readonly undecodableBatches: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
}

/**
 * The log of one partition on its leader. Appending has three steps, so that many appends of one event-loop turn share one write and one sync:
 * `stage` assigns offsets and copies the batch, `writeStaged` writes all staged batches at once, `sync` makes them durable.
 *
 * Turn of a node: for each request `stage`; at the end of the turn, for each log with staged bytes `writeStaged()`, then
 * `sync().then(() => { log.advanceHighWatermark([log.replicaEndOffset]); answer(); })`. With flush=interval advance right after `writeStaged`
 * and sync on a timer.
 *
 * Not for concurrent writers: one owner per log. Any failed write or sync that is not `disk-full` is final (R15): the log refuses everything but reads.
 */
export interface PartitionLog {
  readonly identity: PartitionIdentity;
  readonly folder: string;
  readonly settings: LogSettings;
  readonly recovery: RecoveryReport;

  /** Oldest offset that may be read. */
  readonly logStartOffset: Offset;
  /** End of what is written (page cache); reads up to here are possible. */
  readonly logEndOffset: Offset;
  /** End of what is staged: base offset of the next batch. */
  readonly stagedEndOffset: Offset;
  /** End of what is durable. */
  readonly syncedEndOffset: Offset;
  readonly highWatermark: Offset;
  /** LSO: start of the oldest transaction that is open, or ended above the high watermark; else the high watermark. */
  readonly lastStableOffset: Offset;
  /** Start of the current leader epoch (LESO). */
  readonly leaderEpoch: LeaderEpoch;
  readonly leaderEpochStartOffset: Offset;
  /** What this replica counts for in the high watermark (R4): the synced end with flush=ack, the log end with flush=interval, but nothing from a marker on that is not synced. */
  readonly replicaEndOffset: Offset;
  /** Records count before they are synced: flush=interval, and that is written down. */
  readonly isSyncedLate: boolean;
  /** Everything below has been compacted. */
  readonly cleanEndOffset: Offset;
  readonly sizeBytes: number;
  readonly segmentCount: number;
  /** Bytes staged and not written yet; 0: nothing to write. */
  readonly stagedBytes: number;
  /** The error that ended writing, if any. */
  readonly failure: Error | undefined;

  configure(settings: LogSettings): void;

  /** Becomes leader in an epoch: the epoch file is synced before any record of the epoch can be staged (R1). A lower one than known is refused. */
  startLeaderEpoch(epoch: LeaderEpoch): Promise<void>;
  /** End offset of the greatest epoch ≤ the asked one, for OffsetForLeaderEpoch and diverging fetches (G24); undefined if unknown. */
  endOffsetOfEpoch(epoch: LeaderEpoch): { readonly leaderEpoch: LeaderEpoch; readonly endOffset: Offset } | undefined;

  /**
   * Validates one batch (length, checksum, header rules), checks it against producer state, assigns offsets and copies it. Throws an AppError of the
   * records lib, or `fenced-leader-epoch`, `unknown-leader-epoch`, `out-of-order-sequence`, `producer-fenced`, `transaction-not-verified`,
   * `transaction-open`, `record-without-key`, `log-backlog`, `log-failed`, `disk-full`. A throw has no effect on the log.
   */
  stage(batch: Uint8Array, options: StageOptions): StageResult;
  /** Stages the end of a producer's transaction; a repeated marker is a duplicate (R18), an older coordinator or producer epoch is fenced. */
  stageMarker(marker: MarkerInput, options: StageOptions): StageResult;
  /**
   * On a follower: stages a batch as its leader has it, of the log's current epoch (`startLeaderEpoch` first for each new one), after its checksum and place were
   * checked. Throws `log-corrupt` for another offset than the log's end, and for bytes that are not what the leader wrote.
   */
  stageReplicated(batch: RecordBatchView, now: TimestampMs): void;
  /** On a follower of a compacted log: offsets below may be missing from now on. Durable when it resolves; nothing may be staged. */
  allowGapTo(offset: Offset): Promise<void>;
  /** Writes everything staged in one write. On a throw all of it is undone: offsets and producer state are as before the first `stage`. */
  writeStaged(): void;
  /** Resolves when everything written before the call is durable; calls that wait share one sync. */
  sync(): Promise<void>;
  /** Moves the high watermark to the least of the in-sync set's end offsets, never back; true if it moved. Pass `replicaEndOffset` for this replica. */
  advanceHighWatermark(inSyncEndOffsets: readonly Offset[]): boolean;

  /** Whole batches from an offset on. Throws `offset-out-of-range`, or `log-corrupt` when the disk returns other bytes than were written. */
  read(options: ReadOptions): ReadResult;
  /** Aborted transactions that overlap [offset, endOffset), by first offset (G21). */
  abortedTransactions(offset: Offset, endOffset: Offset): readonly AbortedTransaction[];
  /** undefined: no such record. */
  offsetForTime(query: TimeQuery, isolation: Isolation): OffsetAtTime | undefined;
  /** Sequence of the producer's next batch here: for batches that the broker itself writes on behalf of a producer (offsets of a transaction). */
  nextSequence(producer: { readonly producerId: ProducerId; readonly producerEpoch: ProducerEpoch }): number;
  /** Idempotent and transactional producers that the log remembers. */
  producers(): readonly ProducerDescription[];
  /** True if the producer has an open transaction here: its next transactional batch needs no verification. */
  hasOpenTransaction(producerId: ProducerId): boolean;

  /** Persists high watermark, log start and recovery point; call every few seconds for logs that are written to. */
  checkpoint(): Promise<void>;
  /** Deletes whole segments below the high watermark that are over the size or time limit, and never from `keepFrom` on; forgets idle producers. */
  applyRetention(options: { readonly now: TimestampMs; readonly keepFrom?: Offset }): Promise<RetentionResult>;
  /** What compaction would find to do; undefined: nothing, or the topic's cleanup.policy has no `compact`. */
  compactionNeed(options: Pick<CompactionOptions, "now" | "keepFrom">): CompactionNeed | undefined;
  /**
   * One pass of compaction over closed segments (docs/formats/segment.md). Offsets never change; readers go on meanwhile. Returns undefined if there was nothing to
   * do, or a pass runs already. Throws `log-corrupt` for damaged bytes, `log-failed` when the log was closed meanwhile; the log is whole then, compacted in part.
   */
  compact(options: CompactionOptions): Promise<CompactionResult | undefined>;
  /** Segments that are never appended to again, and whose bytes are all on disk; oldest first. */
  closedSegments(): readonly ClosedSegment[];
  /**
   * Checks each byte of a closed segment in the background: checksums, offsets, leader epochs, indexes. False: an index was damaged, and is written anew. Throws `log-corrupt`
   * for damage, or what the disk says. A segment that is gone meanwhile is whole.
   */
  verifySegment(baseOffset: Offset, pause: CompactionOptions["pause"]): Promise<boolean>;
  /**
   * Writes a closed segment anew from another replica's batches, which begin at its base offset and reach its end; readers go on meanwhile. All must be below the high
   * watermark, where replicas agree. Throws `log-corrupt` for batches that do not belong there; then nothing has changed. False: it is gone, or compaction is at work.
   */
  replaceSegment(baseOffset: Offset, batches: AsyncIterable<Uint8Array>): Promise<boolean>;
  /** Moves the log start up (delete-records); files go with the next retention. */
  deleteRecordsBefore(offset: Offset): Promise<void>;

  /** Writes and syncs everything, so that the next opening verifies nothing. */
  close(): Promise<void>;
  /** The same as `abandon`, after work in the background has ended: the files may be changed by others when it resolves. */
  release(): Promise<void>;
  /** Closes files without writing anything: what a failed disk allows. */
  abandon(): void;
}
