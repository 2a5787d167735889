import { assert } from "@millrace/stdx";
import {
  AppError,
  NO_TIMESTAMP,
  toAppError,
  type LeaderEpoch,
  type Offset,
  type ProducerEpoch,
  type ProducerId,
  type TimestampMs,
} from "@millrace/model";
import {
  buildEndTransactionMarker,
  type BatchRules,
  RecordBatchView,
  RecordOffsets,
  stampBatch,
  validateBatch,
  verifyBatch,
} from "@millrace/records";
import { assertKeyed } from "./compaction/assert-keyed.ts";
import { type CompactionMarks, continues } from "./compaction/compaction-marks.ts";
import { LogCompaction } from "./compaction/log-compaction.ts";
import { applyBatch } from "./apply-batch.ts";
import type { CheckpointFile } from "./checkpoint-file.ts";
import { fencedLeaderEpoch, logBacklog, logCorrupt, logFailed, offsetOutOfRange, unknownLeaderEpoch } from "./errors.ts";
import { LEADER_EPOCHS_FILE } from "./file-names.ts";
import type { LeaderEpochs } from "./leader-epochs.ts";
import { SEGMENT_POSITION_END, STAGED_BYTES_MAX } from "./limits.ts";
import { LogReader, nothingRead } from "./log-reader.ts";
import { LateSync } from "./late-sync.ts";
import { LogSync } from "./log-sync.ts";
import { retain } from "./log-retention.ts";
import { findOffsetForTime } from "./offset-for-time.ts";
import type * as api from "./partition-log.ts";
import type { ProducerDescription, ProducerState } from "./producer-state.ts";
import { writeSealedFile } from "./sealed-file.ts";
import { SegmentRepair } from "./segment-repair.ts";
import { Segment, type SegmentMark } from "./segment.ts";
import type { SegmentList } from "./segment-list.ts";
import { LogTail, type SharedTailCache } from "./tail-cache.ts";
import { Turns } from "./turns.ts";
import { abortedIn } from "./transaction-lookup.ts";

const NOT_STARTED = 0 as TimestampMs;
const RELATIVE_OFFSET_END = 4_294_967_296; // indexes keep 32 bits

/** What opening a folder found; all of it belongs to the log from then on. */
export interface SegmentedLogInit {
  readonly identity: api.PartitionIdentity;
  readonly folder: string;
  readonly settings: api.LogSettings;
  readonly ports: api.LogPorts;
  readonly tailCache: SharedTailCache;
  readonly segments: SegmentList;
  readonly producers: ProducerState;
  readonly epochs: LeaderEpochs;
  readonly checkpoint: CheckpointFile;
  readonly marks: CompactionMarks;
  readonly logStartOffset: Offset;
  readonly highWatermark: Offset;
  readonly recoveryPoint: Offset;
  readonly isSyncedLate: boolean;
  readonly snapshots: readonly Offset[];
  readonly recovery: api.RecoveryReport;
}

/** The log of a partition in segments of any Storage; see PartitionLog for what it promises. */
export class SegmentedLog implements api.PartitionLog {
  readonly identity: api.PartitionIdentity;
  readonly folder: string;
  readonly recovery: api.RecoveryReport;
  readonly #ports: api.LogPorts;
  readonly #segments: SegmentList;
  readonly #producers: ProducerState;
  readonly #epochs: LeaderEpochs;
  readonly #tail: LogTail;
  readonly #reader: LogReader;
  readonly #sync: LogSync;
  readonly #late: LateSync;
  readonly #marks: CompactionMarks;
  readonly #compaction: LogCompaction;
  readonly #repair: SegmentRepair;
  readonly #turns = new Turns();
  readonly #records = new RecordOffsets();
  #settings: api.LogSettings;
  #rules: BatchRules;
  /** The rules with the bound on timestamps of one millisecond. */
  #timedRules: BatchRules;
  #rulesAtMs = -1;
  #highWatermark: Offset;
  #logStartOffset: Offset;
  /** Where the active segment stood before the first staged batch. */
  #mark: SegmentMark | undefined;
  #isEpochChanging = false;

  constructor(init: SegmentedLogInit) {
    this.identity = init.identity;
    this.folder = init.folder;
    this.recovery = init.recovery;
    this.#ports = init.ports;
    this.#segments = init.segments;
    this.#producers = init.producers;
    this.#epochs = init.epochs;
    this.#settings = init.settings;
    this.#rules = { crc32c: init.ports.crc32c, maxBytes: init.settings.maxMessageBytes };
    this.#timedRules = this.#rules;
    this.#highWatermark = init.highWatermark;
    this.#logStartOffset = init.logStartOffset;
    this.#tail = new LogTail(init.tailCache);
    this.#marks = init.marks;
    this.#reader = new LogReader({
      segments: this.#segments,
      tail: this.#tail,
      crc32c: init.ports.crc32c,
      marks: this.#marks,
      damaged: () => init.ports.damaged?.(init.folder),
    });
    this.#sync = new LogSync(init, () => {
      const isSyncedLate = this.#late.isMarked || undefined;
      return { highWatermark: this.#highWatermark, logStartOffset: this.#logStartOffset, ...this.#marks, isSyncedLate };
    });
    const isWanted = init.settings.flush !== "ack";
    this.#late = new LateSync({ isMarked: init.isSyncedLate, isWanted, sync: () => this.sync(), checkpoint: () => this.checkpoint() });
    const shared = {
      log: this,
      segments: this.#segments,
      ports: this.#ports,
      sync: this.#sync,
      tail: this.#tail,
      marks: this.#marks,
      turns: this.#turns,
      rewriting: { isBusy: false },
    };
    this.#compaction = new LogCompaction({ ...shared, producers: this.#producers, roll: (now) => this.#roll(now) });
    this.#repair = new SegmentRepair({ ...shared, epochs: this.#epochs });
  }

  get settings(): api.LogSettings {
    return this.#settings;
  }
  get logStartOffset(): Offset {
    return this.#logStartOffset;
  }
  get logEndOffset(): Offset {
    return this.#segments.active.writtenEndOffset;
  }
  get stagedEndOffset(): Offset {
    return this.#segments.active.endOffset;
  }
  get syncedEndOffset(): Offset {
    return this.#sync.syncedEndOffset;
  }
  get highWatermark(): Offset {
    return this.#highWatermark;
  }
  get lastStableOffset(): Offset {
    return this.#producers.lastStableOffset(this.#highWatermark);
  }
  get leaderEpoch(): LeaderEpoch {
    return this.#epochs.lastEpoch;
  }
  get leaderEpochStartOffset(): Offset {
    return this.#epochs.last?.startOffset ?? this.#logStartOffset;
  }
  get replicaEndOffset(): Offset {
    return this.#late.endOffset(this);
  }
  get isSyncedLate(): boolean {
    return this.#late.isOn;
  }
  get cleanEndOffset(): Offset {
    return this.#marks.cleanEndOffset;
  }
  get sizeBytes(): number {
    return this.#segments.all.reduce((sum, segment) => sum + segment.writtenBytes, 0);
  }
  get segmentCount(): number {
    return this.#segments.all.length;
  }
  get stagedBytes(): number {
    return this.#tail.stagedBytes;
  }
  get failure(): Error | undefined {
    return this.#sync.failure;
  }

  configure(settings: api.LogSettings): void {
    this.#settings = settings;
    this.#rules = { ...this.#rules, maxBytes: settings.maxMessageBytes };
    this.#rulesAtMs = -1;
    this.#late.configure(settings.flush !== "ack");
  }

  async startLeaderEpoch(epoch: LeaderEpoch): Promise<void> {
    if (epoch < this.leaderEpoch) throw fencedLeaderEpoch({ leaderEpoch: epoch, currentEpoch: this.leaderEpoch, folder: this.folder });
    if (epoch === this.leaderEpoch) return;
    assert(this.stagedBytes === 0, "nothing is staged when a leader epoch starts");
    this.#isEpochChanging = true;
    try {
      this.#epochs.start(epoch, this.logEndOffset);
      await writeSealedFile(this.#ports, `${this.folder}/${LEADER_EPOCHS_FILE}`, this.#epochs.toJson());
      this.#isEpochChanging = false; // stays set after a failure: no record of an epoch that is not on disk
    } catch (error) {
      throw this.#sync.fail(toAppError(error));
    }
  }

  endOffsetOfEpoch(epoch: LeaderEpoch): { readonly leaderEpoch: LeaderEpoch; readonly endOffset: Offset } | undefined {
    return this.#epochs.endOf(epoch, this.logEndOffset);
  }

  stage(batch: Uint8Array, options: api.StageOptions): api.StageResult {
    this.#assertLeads(options.leaderEpoch);
    const view = validateBatch(batch, this.#rulesAt(options.now));
    const isIdempotent = view.producerId >= 0;
    if (isIdempotent) {
      const first = this.#producers.check(view, options.transactionVerified === true);
      if (first !== undefined) {
        return { kind: "duplicate", baseOffset: first.baseOffset, lastOffset: first.lastOffset, logAppendTime: NO_TIMESTAMP };
      }
    }
    if (this.#settings.cleanupPolicy !== "delete")
      assertKeyed(batch, { records: this.#records, codecs: this.#ports.codecs, folder: this.folder });
    const placed = this.#place(batch, options);
    if (isIdempotent) this.#producers.append(placed, options.now);
    const logAppendTime = this.#settings.messageTimestampType === "LogAppendTime" ? options.now : NO_TIMESTAMP;
    return { kind: "appended", baseOffset: placed.baseOffset, lastOffset: placed.lastOffset, logAppendTime };
  }

  stageMarker(input: api.MarkerInput, options: api.StageOptions): api.StageResult {
    this.#assertLeads(options.leaderEpoch);
    const repeated = this.#producers.checkMarker(input);
    if (repeated !== undefined) return { kind: "duplicate", baseOffset: repeated, lastOffset: repeated, logAppendTime: NO_TIMESTAMP };
    const marker = { ...input, timestamp: options.now };
    const { baseOffset } = this.#place(buildEndTransactionMarker(marker, this.#ports.crc32c), options);
    this.#late.staged(baseOffset, this.syncedEndOffset);
    const ended = this.#producers.appendMarker(marker, { offset: baseOffset, seenMs: options.now });
    if (ended !== undefined && marker.outcome === "abort") {
      const lastStableOffset = this.#producers.firstOpenOffset ?? this.stagedEndOffset;
      this.#segments.activeParts.transactions.add({ producerId: marker.producerId, ...ended, lastStableOffset });
    }
    return { kind: "appended", baseOffset, lastOffset: baseOffset, logAppendTime: NO_TIMESTAMP };
  }

  async allowGapTo(offset: Offset): Promise<void> {
    if (offset <= this.#marks.gapsEndOffset) return;
    assert(this.stagedBytes === 0, "nothing is staged when a gap is allowed");
    this.#marks.gapsEndOffset = offset;
    await this.#sync.checkpoint();
    // Indexes keep 32 bits: what follows a gap as wide as that begins a segment of its own.
    const { active } = this.#segments;
    if (offset > active.endOffset && offset - active.baseOffset > RELATIVE_OFFSET_END - STAGED_BYTES_MAX) this.#roll(NOT_STARTED, offset);
  }

  stageReplicated(batch: RecordBatchView, now: api.StageOptions["now"]): void {
    this.#assertLeads(batch.partitionLeaderEpoch);
    const { baseOffset } = batch;
    if (!continues(baseOffset, this.stagedEndOffset, this.#marks))
      throw logCorrupt({ folder: this.folder, offset: this.stagedEndOffset, cause: `replicated base offset is ${baseOffset}` });
    verifyBatch(batch.bytes, { crc32c: this.#ports.crc32c, position: batch.position });
    const placed = this.#copy(batch.subarray(), { baseOffset, now });
    this.#segments.active.add(placed, this.#segments.activeParts, this.#settings.indexIntervalBytes);
    applyBatch(placed, this.#producers, this.#segments.activeParts.transactions, now);
    if (placed.isControl) this.#late.staged(baseOffset, this.syncedEndOffset);
  }

  writeStaged(): void {
    if (this.#mark === undefined) return;
    const segment = this.#segments.active;
    const parts = this.#segments.activeParts;
    try {
      parts.file.append(this.#tail.stagedChunks());
    } catch (error) {
      segment.goBackTo(this.#mark, parts);
      this.#tail.undo();
      this.#producers.undo();
      this.#late.undone(this.stagedEndOffset);
      this.#mark = undefined;
      throw isDiskFull(error) ? error : this.#sync.fail(toAppError(error));
    }
    this.#mark = undefined;
    segment.confirm();
    this.#tail.confirm();
    this.#producers.confirm();
  }

  sync(): Promise<void> {
    return this.#sync.sync();
  }

  advanceHighWatermark(inSyncEndOffsets: readonly Offset[]): boolean {
    assert(inSyncEndOffsets.length > 0, "the in-sync set has at least the leader");
    const next = Math.min(...inSyncEndOffsets, this.logEndOffset) as Offset;
    if (next <= this.#highWatermark) return false;
    this.#highWatermark = next;
    return true;
  }

  read(options: api.ReadOptions): api.ReadResult {
    const { offset } = options;
    const { logStartOffset, logEndOffset } = this;
    if (offset < logStartOffset || offset > logEndOffset)
      throw offsetOutOfRange({ offset, logStartOffset, logEndOffset, folder: this.folder });
    const endOffset = Math.min(options.endOffset, logEndOffset) as Offset;
    if (offset >= endOffset) return nothingRead(offset);
    return this.#reader.read({ ...options, endOffset });
  }

  abortedTransactions(offset: Offset, endOffset: Offset): readonly api.AbortedTransaction[] {
    return abortedIn(this.#segments, { offset, endOffset }).map(({ producerId, firstOffset }) => ({ producerId, firstOffset }));
  }

  offsetForTime(query: api.TimeQuery, isolation: api.Isolation): api.OffsetAtTime | undefined {
    const endOffset = isolation === "read-committed" ? this.lastStableOffset : this.#highWatermark;
    if (query === "latest") return this.#at(endOffset);
    if (query === "earliest") return this.#at(this.#logStartOffset);
    const found = findOffsetForTime(query, { log: this, segments: this.#segments, endOffset, codecs: this.#ports.codecs });
    return found === undefined ? undefined : { ...this.#at(found.offset), timestamp: found.timestamp };
  }

  nextSequence(producer: { readonly producerId: ProducerId; readonly producerEpoch: ProducerEpoch }): number {
    return this.#producers.nextSequence(producer);
  }

  producers(): readonly ProducerDescription[] {
    return this.#producers.describe();
  }

  hasOpenTransaction(producerId: ProducerId): boolean {
    return this.#producers.hasOpenTransaction(producerId);
  }

  async checkpoint(): Promise<void> {
    const { isMarked } = this.#late;
    await this.#sync.checkpoint();
    this.#late.saved(isMarked);
  }

  async applyRetention(options: Parameters<api.PartitionLog["applyRetention"]>[0]): Promise<api.RetentionResult> {
    this.#producers.forgetIdle(options.now);
    const parts = { log: this, segments: this.#segments, storage: this.#ports.storage, roll: () => this.#roll(options.now) };
    return this.#turns.run(() => retain({ ...options, ...parts }, (offset) => this.#moveStart(offset)));
  }

  compactionNeed(options: Parameters<api.PartitionLog["compactionNeed"]>[0]): api.CompactionNeed | undefined {
    return this.#compaction.need(options);
  }

  compact(options: api.CompactionOptions): Promise<api.CompactionResult | undefined> {
    return this.#compaction.run(options);
  }

  closedSegments(): readonly api.ClosedSegment[] {
    return this.#repair.closed();
  }

  verifySegment(baseOffset: Offset, pause: api.CompactionOptions["pause"]): Promise<boolean> {
    return this.#repair.verify(baseOffset, pause);
  }

  replaceSegment(baseOffset: Offset, batches: AsyncIterable<Uint8Array>): Promise<boolean> {
    return this.#repair.replace(baseOffset, batches);
  }

  async deleteRecordsBefore(offset: Offset): Promise<void> {
    if (offset > this.#highWatermark) throw offsetOutOfRange({ offset, highWatermark: this.#highWatermark, folder: this.folder });
    await this.#moveStart(offset);
  }

  close(): Promise<void> {
    return this.#turns.run(async () => {
      if (this.failure === undefined) {
        this.writeStaged();
        await this.sync();
        await this.#sync.closeCleanly();
      }
      this.abandon();
    });
  }

  release(): Promise<void> {
    return this.#turns.run(async () => {
      this.abandon();
      await this.#sync.idle();
    });
  }

  abandon(): void {
    this.#tail.clear();
    this.#segments.closeAll();
    this.#sync.fail(logFailed({ folder: this.folder, reason: "closed" }));
  }

  #rulesAt(now: api.StageOptions["now"]): BatchRules {
    const { messageTimestampType, timestampAfterMaxMs } = this.#settings;
    if (messageTimestampType === "LogAppendTime" || timestampAfterMaxMs === Number.MAX_SAFE_INTEGER) return this.#rules;
    if (this.#rulesAtMs !== now) {
      this.#rulesAtMs = now;
      this.#timedRules = { ...this.#rules, timestampMax: (now + timestampAfterMaxMs) as api.StageOptions["now"] };
    }
    return this.#timedRules;
  }

  /** Copies a batch behind the staged ones, stamps the copy and counts it. */
  #place(batch: Uint8Array, options: api.StageOptions): RecordBatchView {
    const view = this.#copy(batch, { baseOffset: undefined, now: options.now });
    const { bytes, position } = view;
    const segment = this.#segments.active;
    const baseOffset = segment.endOffset;
    if (this.#settings.messageTimestampType === "LogAppendTime" && !view.isControl) {
      const logAppendTime = { timestamp: options.now, crc32c: this.#ports.crc32c };
      stampBatch(bytes, { baseOffset, leaderEpoch: options.leaderEpoch, position, logAppendTime });
    } else {
      stampBatch(bytes, { baseOffset, leaderEpoch: options.leaderEpoch, position });
    }
    segment.add(view, this.#segments.activeParts, this.#settings.indexIntervalBytes);
    return view;
  }

  /** Copies a batch behind the staged ones, as it is; `baseOffset` undefined: it follows them. */
  #copy(batch: Uint8Array, options: { readonly baseOffset: Offset | undefined; readonly now: api.StageOptions["now"] }): RecordBatchView {
    this.#prepare(batch.length, options.now);
    const segment = this.#segments.active;
    this.#mark ??= segment.mark(this.#segments.activeParts);
    const endOffset = options.baseOffset ?? segment.endOffset;
    const slab = this.#tail.reserve(batch.length, { baseOffset: segment.baseOffset, position: segment.sizeBytes, endOffset });
    const position = slab.usedBytes - batch.length;
    slab.bytes.set(batch, position);
    return new RecordBatchView(slab.bytes, position);
  }

  /** Makes sure that a batch may be staged into the active segment; starts a new one only while nothing is staged, so that a write is one file's. */
  #prepare(bytes: number, now: api.StageOptions["now"]): void {
    if (this.#mark !== undefined) {
      if (this.stagedBytes + bytes > STAGED_BYTES_MAX) throw logBacklog({ stagedBytes: this.stagedBytes, folder: this.folder });
      return;
    }
    const segment = this.#segments.active;
    if (segment.sizeBytes === 0) {
      segment.startedMs = now;
      return;
    }
    if (segment.startedMs === 0) segment.startedMs = now; // a crash has forgotten it
    const bytesMax = Math.min(this.#settings.segmentBytes, SEGMENT_POSITION_END - STAGED_BYTES_MAX);
    const isFull = segment.sizeBytes + bytes > bytesMax || segment.endOffset - segment.baseOffset > RELATIVE_OFFSET_END - STAGED_BYTES_MAX;
    if (isFull || now - segment.startedMs >= this.#settings.segmentMs) this.#roll(now);
  }

  /** Starts a new segment at the log's end, or behind a gap. */
  #roll(now: api.StageOptions["now"], baseOffset = this.#segments.active.endOffset): void {
    assert(this.stagedBytes === 0, "nothing is staged when a segment is rolled");
    const closed = this.#segments.active;
    const file = this.#ports.storage.open(this.#segments.path(baseOffset, "log"), { create: true });
    const segment = new Segment({ baseOffset, startedMs: now });
    segment.parts = Segment.emptyParts(file, baseOffset);
    this.#sync.rolled(closed, { baseOffset, startedMs: now, producers: this.#producers.toJson() });
    this.#segments.push(segment);
  }

  async #moveStart(offset: Offset): Promise<void> {
    if (offset <= this.#logStartOffset) return;
    this.#logStartOffset = offset;
    await this.#sync.checkpoint();
  }

  #assertLeads(epoch: LeaderEpoch): void {
    const { failure } = this;
    if (failure !== undefined) throw failure;
    const context = { leaderEpoch: epoch, currentEpoch: this.leaderEpoch, folder: this.folder };
    if (epoch < this.leaderEpoch) throw fencedLeaderEpoch(context);
    if (epoch > this.leaderEpoch || this.#isEpochChanging) throw unknownLeaderEpoch(context);
  }

  #at(offset: Offset): api.OffsetAtTime {
    return { offset, timestamp: NO_TIMESTAMP, leaderEpoch: this.#epochs.epochOf(offset) };
  }
}

function isDiskFull(error: unknown): boolean {
  return error instanceof AppError && error.kind === "exhausted";
}
