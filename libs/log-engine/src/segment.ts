import { NO_TIMESTAMP, type Offset, type TimestampMs } from "@millrace/model";
import type { StorageFile } from "@millrace/ports";
import type { RecordBatchView } from "@millrace/records";
import { OffsetIndex } from "./offset-index.ts";
import { TimeIndex } from "./time-index.ts";
import { TransactionIndex } from "./transaction-index.ts";

/** What of a segment is in memory or open; that of closed segments comes and goes. */
export interface SegmentParts {
  readonly file: StorageFile;
  readonly offsets: OffsetIndex;
  readonly times: TimeIndex;
  readonly transactions: TransactionIndex;
}

/** Where a segment stood, to go back to when a write fails. */
export interface SegmentMark {
  readonly endOffset: Offset;
  readonly sizeBytes: number;
  readonly maxTimestamp: TimestampMs;
  readonly maxTimestampOffset: Offset;
  readonly bytesSinceEntry: number;
  readonly offsetCount: number;
  readonly timeCount: number;
  readonly transactionCount: number;
}

/** One file of batches and its indexes. Keeps count of what is in it; reads and writes nothing itself. */
export class Segment {
  readonly baseOffset: Offset;
  /** When its first batch came; rolls by age count from here. */
  startedMs: TimestampMs;
  parts: SegmentParts | undefined;
  /** End of what is counted, staged batches included. */
  endOffset: Offset;
  sizeBytes: number;
  /** End of what is in the file. */
  writtenEndOffset: Offset;
  writtenBytes: number;
  /** -1: no batch has a timestamp, or not known yet (closed segments, see SegmentList). */
  maxTimestamp: TimestampMs = NO_TIMESTAMP;
  /** Base offset of the batch with that timestamp. */
  maxTimestampOffset: Offset;
  #bytesSinceEntry = 0;

  constructor(init: {
    readonly baseOffset: Offset;
    readonly startedMs: TimestampMs;
    readonly endOffset?: Offset;
    readonly sizeBytes?: number;
  }) {
    this.baseOffset = init.baseOffset;
    this.startedMs = init.startedMs;
    this.endOffset = init.endOffset ?? init.baseOffset;
    this.sizeBytes = init.sizeBytes ?? 0;
    this.writtenEndOffset = this.endOffset;
    this.writtenBytes = this.sizeBytes;
    this.maxTimestampOffset = init.baseOffset;
  }

  /** Parts of a segment with nothing in it yet. */
  static emptyParts(file: StorageFile, baseOffset: Offset): SegmentParts {
    return { file, offsets: new OffsetIndex(baseOffset), times: new TimeIndex(baseOffset), transactions: new TransactionIndex() };
  }

  /** Counts a batch that stands at the segment's end. */
  add(batch: RecordBatchView, parts: SegmentParts, indexIntervalBytes: number): void {
    const bytes = batch.sizeInBytes;
    if (this.#bytesSinceEntry > indexIntervalBytes) {
      parts.offsets.add(batch.baseOffset, this.sizeBytes);
      parts.times.add(this.maxTimestamp, this.maxTimestampOffset);
      this.#bytesSinceEntry = 0;
    }
    this.#bytesSinceEntry += bytes;
    this.sizeBytes += bytes;
    this.endOffset = batch.nextOffset;
    const timestamp = batch.maxTimestamp;
    if (timestamp > this.maxTimestamp) {
      this.maxTimestamp = timestamp;
      this.maxTimestampOffset = batch.baseOffset;
    }
  }

  /** What is counted is in the file. */
  confirm(): void {
    this.writtenEndOffset = this.endOffset;
    this.writtenBytes = this.sizeBytes;
  }

  /** Indexes what is only counted so far: before the indexes are written. */
  completeIndexes(parts: SegmentParts): void {
    parts.times.add(this.maxTimestamp, this.maxTimestampOffset);
  }

  mark(parts: SegmentParts): SegmentMark {
    return {
      endOffset: this.endOffset,
      sizeBytes: this.sizeBytes,
      maxTimestamp: this.maxTimestamp,
      maxTimestampOffset: this.maxTimestampOffset,
      bytesSinceEntry: this.#bytesSinceEntry,
      offsetCount: parts.offsets.count,
      timeCount: parts.times.count,
      transactionCount: parts.transactions.count,
    };
  }

  goBackTo(mark: SegmentMark, parts: SegmentParts): void {
    this.endOffset = mark.endOffset;
    this.sizeBytes = mark.sizeBytes;
    this.maxTimestamp = mark.maxTimestamp;
    this.maxTimestampOffset = mark.maxTimestampOffset;
    this.#bytesSinceEntry = mark.bytesSinceEntry;
    parts.offsets.cut(mark.offsetCount);
    parts.times.cut(mark.timeCount);
    parts.transactions.cut(mark.transactionCount);
  }
}
