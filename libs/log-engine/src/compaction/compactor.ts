import { type Offset, toAppError } from "@millrace/model";
import { type RecordBatchView, RecordBatchView as BatchView, RecordOffsets } from "@millrace/records";
import { COMPACTION_GROWTH_BYTES_MAX, COMPACTION_KEY_BYTES_MAX, SEGMENT_POSITION_END, STAGED_BYTES_MAX } from "../limits.ts";
import type { CompactionOptions, CompactionResult, LogPorts, PartitionLog } from "../partition-log.ts";
import type { ProducerState } from "../producer-state.ts";
import { Segment, type SegmentParts } from "../segment.ts";
import type { SegmentList } from "../segment-list.ts";
import { abortedIn } from "../transaction-lookup.ts";
import { BatchCleaner } from "./batch-cleaner.ts";
import { type CompactionPlan, groupSegments } from "./compaction-plan.ts";
import { KeyOffsets } from "./key-offsets.ts";
import { scanSlowly } from "./scan-slowly.ts";
import { cleanedPath, removeCleaned } from "./swap-segments.ts";
import { TransactionTracker } from "./transaction-tracker.ts";

/** A compacted segment whose files are written, synced, and not in place yet. */
export interface CleanedSegment {
  readonly segment: Segment;
  readonly parts: SegmentParts;
  /** Neighbours in the log, which it is to replace. */
  readonly sources: readonly Segment[];
}

interface CompactorParts {
  readonly log: PartitionLog;
  readonly segments: SegmentList;
  readonly producers: ProducerState;
  readonly ports: LogPorts;
  /** Writes the indexes and puts the files into place; false if the sources are not what they were, since retention came between. */
  readonly swap: (cleaned: CleanedSegment) => Promise<boolean>;
}

/**
 * One pass of compaction: the keys of what is new, as many as fit, then the log from its start on without what they outdate, group of segments by group. Between
 * groups the log is whole: what was swapped stays, what was not is as before.
 */
export class Compactor {
  readonly #parts: CompactorParts;
  readonly #options: CompactionOptions;
  readonly #records = new RecordOffsets();
  #readBytes = 0;
  #writtenBytes = 0;

  constructor(parts: CompactorParts, options: CompactionOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  /** Returns how far the log is clean now. */
  async run(plan: CompactionPlan): Promise<CompactionResult & { readonly cleanEndOffset: Offset }> {
    const { log } = this.#parts;
    const endOffset = plan.segments.at(-1)?.endOffset ?? log.cleanEndOffset;
    const aborted = abortedIn(this.#parts.segments, { offset: log.logStartOffset, endOffset });
    const { keys, keysEndOffset } = await this.#collectKeys(plan, new TransactionTracker(aborted));
    const cleaner = new BatchCleaner({
      keys,
      keysEndOffset,
      endOffset,
      now: this.#options.now,
      deleteRetentionMs: log.settings.deleteRetentionMs,
      transactions: new TransactionTracker(aborted),
      producers: this.#parts.producers.lasts(),
      crc32c: this.#parts.ports.crc32c,
      codecs: this.#parts.ports.codecs,
    });
    let isWhole = true;
    for (const group of groupSegments(plan.segments, log.settings.segmentBytes)) {
      if (isWhole && (group[0]?.baseOffset ?? Infinity) < keysEndOffset) isWhole = await this.#cleanGroup(group, cleaner);
    }
    return {
      cleanEndOffset: isWhole ? keysEndOffset : log.cleanEndOffset,
      isComplete: isWhole && keysEndOffset === endOffset,
      keys: keys.count,
      removedRecords: cleaner.removedRecords,
      undecodableBatches: cleaner.undecodableBatches,
      readBytes: this.#readBytes,
      writtenBytes: this.#writtenBytes,
    };
  }

  /** The last offset of each key in what is new, up to where the memory for keys is full. */
  async #collectKeys(
    plan: CompactionPlan,
    transactions: TransactionTracker,
  ): Promise<{ readonly keys: KeyOffsets; readonly keysEndOffset: Offset }> {
    const { log } = this.#parts;
    const keys = new KeyOffsets({ ...this.#options.keyBounds, seed: (this.#options.now % 4_294_967_296) ^ log.logEndOffset });
    const found = { endOffset: log.cleanEndOffset, isFull: false };
    const isFull = (): boolean => found.isFull;
    for (const segment of plan.segments) {
      if (isFull() || segment.endOffset <= log.cleanEndOffset) continue;
      await this.#scan(segment, (batch) => {
        if (isFull() || batch.nextOffset <= log.cleanEndOffset) return;
        // The first batch fits always, or the pass would never end.
        found.isFull = !this.#putKeys(batch, { keys, transactions, force: found.endOffset === log.cleanEndOffset });
        if (!isFull()) found.endOffset = batch.nextOffset;
      });
      if (!isFull()) found.endOffset = segment.endOffset;
    }
    return { keys, keysEndOffset: found.endOffset };
  }

  /** False if they do not fit; those that were put nevertheless say the truth, as the records that they stand for stay. */
  #putKeys(batch: RecordBatchView, to: { keys: KeyOffsets; transactions: TransactionTracker; force: boolean }): boolean {
    const { keys, transactions, force } = to;
    if (batch.isControl || batch.recordCount === 0 || transactions.isAborted(batch)) return true;
    const { codecs } = this.#parts.ports;
    let records: RecordOffsets;
    try {
      records = this.#records.decode(batch.subarray(), codecs === undefined ? {} : { codecs });
    } catch (error) {
      if (toAppError(error).kind === "internal") throw error;
      return true; // it stays whole, see BatchCleaner
    }
    for (let index = 0; index < records.count; index++) {
      const key = records.key(index);
      if (key === null || key.length > COMPACTION_KEY_BYTES_MAX) continue;
      if (!keys.put(key, (records.offsets[index] ?? 0) as Offset, force)) return false;
    }
    return true;
  }

  async #cleanGroup(sources: readonly Segment[], cleaner: BatchCleaner): Promise<boolean> {
    const { log, ports } = this.#parts;
    const [first] = sources;
    const last = sources.at(-1);
    if (first === undefined || last === undefined) return true;
    const segment = new Segment({ baseOffset: first.baseOffset, startedMs: first.startedMs });
    const path = cleanedPath(log.folder, segment.baseOffset, "log");
    removeCleaned(log.folder, segment.baseOffset, ports);
    const parts = Segment.emptyParts(ports.storage.open(path, { create: true }), segment.baseOffset);
    try {
      const isChanged = await this.#fill({ segment, parts, sources }, cleaner);
      segment.endOffset = last.endOffset;
      segment.confirm();
      const isSwapped = (isChanged || sources.length > 1) && (await this.#parts.swap({ segment, parts, sources }));
      if (isSwapped) return true;
      parts.file.close();
      removeCleaned(log.folder, segment.baseOffset, ports);
      return !isChanged && sources.length === 1;
    } catch (error) {
      parts.file.close();
      throw error;
    }
  }

  /** Writes what stays of the sources; true if that is not all. */
  async #fill({ segment, parts, sources }: CleanedSegment, cleaner: BatchCleaner): Promise<boolean> {
    const { log, segments } = this.#parts;
    const written = new BatchView(new Uint8Array(0));
    let isChanged = false;
    let readBytes = 0;
    for (const source of sources) {
      const aborted = segments.partsOf(source).transactions;
      let nextAborted = 0;
      let pending: Uint8Array[] = [];
      await this.#scan(
        source,
        (batch) => {
          cleaner.mayGrow = mayGrow(segment, readBytes);
          readBytes += batch.sizeInBytes;
          const cleaned = cleaner.clean(batch);
          if (cleaned?.buffer !== batch.bytes.buffer) isChanged = true;
          if (cleaned === undefined) return;
          pending.push(cleaned);
          segment.add(written.moveTo(cleaned, 0), parts, log.settings.indexIntervalBytes);
          if (!batch.isControl) return;
          // An aborted transaction is listed as long as its marker is there: readers look for the one by the other.
          while (nextAborted < aborted.count && aborted.get(nextAborted).markerOffset < batch.baseOffset) nextAborted++;
          if (nextAborted < aborted.count && aborted.get(nextAborted).markerOffset === batch.baseOffset)
            parts.transactions.add(aborted.get(nextAborted));
        },
        () => {
          if (pending.length > 0) parts.file.append(pending);
          this.#writtenBytes += pending.reduce((sum, { length }) => sum + length, 0);
          pending = [];
        },
      );
    }
    return isChanged;
  }

  async #scan(segment: Segment, visit: (batch: RecordBatchView) => void, chunkEnds?: () => void): Promise<void> {
    const { log, segments, ports } = this.#parts;
    const path = segments.path(segment.baseOffset, "log");
    const file = ports.storage.open(path);
    try {
      await scanSlowly({
        file,
        path,
        crc32c: ports.crc32c,
        visit,
        ...(chunkEnds === undefined ? {} : { chunkEnds }),
        pause: async (bytes) => {
          this.#readBytes += bytes;
          await this.#options.pause(bytes);
          if (log.failure !== undefined) throw log.failure;
        },
      });
    } finally {
      file.close();
    }
  }
}

/** Positions are kept in 32 bits: what is written may run ahead of what was read by little, and not at all near the end of what a segment can hold. */
function mayGrow(segment: Segment, readBytes: number): boolean {
  return segment.sizeBytes - readBytes < COMPACTION_GROWTH_BYTES_MAX && segment.sizeBytes < SEGMENT_POSITION_END - STAGED_BYTES_MAX;
}
