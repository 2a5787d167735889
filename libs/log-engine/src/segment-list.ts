import { assertDefined } from "@millrace/stdx";
import { NO_TIMESTAMP, type Offset, type TimestampMs } from "@millrace/model";
import type { Storage } from "@millrace/ports";
import type { Crc32c } from "@millrace/records";
import { scanBatches } from "./batch-scan.ts";
import { type CompactionMarks, continues } from "./compaction/compaction-marks.ts";
import { logCorrupt } from "./errors.ts";
import { segmentFileName, type SegmentFileKind } from "./file-names.ts";
import { CLOSED_INDEXES_KEPT } from "./limits.ts";
import { OffsetIndex } from "./offset-index.ts";
import { rebuildTransactions } from "./rebuild-transactions.ts";
import { Segment, type SegmentParts } from "./segment.ts";
import { TimeIndex } from "./time-index.ts";
import { TransactionIndex } from "./transaction-index.ts";

export interface SegmentListInit {
  readonly storage: Storage;
  readonly crc32c: Crc32c;
  readonly folder: string;
  readonly indexIntervalBytes: number;
  readonly marks: CompactionMarks;
}

/** The segments of a log in order; the last one is active. Opens closed ones when they are asked for, and keeps only few of them open. */
export class SegmentList {
  readonly #init: SegmentListInit;
  #segments: Segment[] = [];
  /** Closed segments that are open now, least recently used first. */
  #opened: Segment[] = [];
  /** In place of files that are missing or damaged, by base offset. */
  readonly #rebuiltTransactions = new Map<Offset, TransactionIndex>();

  constructor(init: SegmentListInit) {
    this.#init = init;
  }

  get all(): readonly Segment[] {
    return this.#segments;
  }

  get active(): Segment {
    return assertDefined(this.#segments.at(-1), "active segment");
  }

  /** The parts of the active segment, which are always there. */
  get activeParts(): SegmentParts {
    return assertDefined(this.active.parts, "parts of the active segment");
  }

  path(baseOffset: Offset, kind: SegmentFileKind): string {
    return `${this.#init.folder}/${segmentFileName(baseOffset, kind)}`;
  }

  push(segment: Segment): void {
    this.#segments.push(segment);
  }

  /** The segment that holds an offset between the log's start and end. */
  find(offset: Offset): Segment {
    let low = 0;
    let high = this.#segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#segments[middle]?.baseOffset ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return assertDefined(this.#segments[low], "segment of an offset");
  }

  /** File and indexes of a segment; opens a closed one. Damaged or missing indexes are built again from the batches. */
  partsOf(segment: Segment): SegmentParts {
    if (segment.parts !== undefined) return segment.parts;
    const parts = this.open(segment);
    this.release(segment);
    return parts;
  }

  /** The same, of a segment that stays open. */
  open(segment: Segment): SegmentParts {
    segment.parts = this.#load(segment) ?? this.#rebuild(segment);
    return segment.parts;
  }

  /** The greatest timestamp in a segment; -1 if no batch has one. */
  maxTimestampOf(segment: Segment): TimestampMs {
    if (segment.maxTimestamp === NO_TIMESTAMP && segment.sizeBytes > 0) this.partsOf(segment);
    return segment.maxTimestamp;
  }

  /** A closed segment may be shut again when others are needed. */
  release(segment: Segment): void {
    this.#opened.push(segment);
    while (this.#opened.length > CLOSED_INDEXES_KEPT) this.#shut(this.#opened.shift());
  }

  /** Are these neighbours of the list still, in their order? */
  isRun(run: readonly Segment[]): boolean {
    const start = run[0] === undefined ? -1 : this.#segments.indexOf(run[0]);
    return start >= 0 && run.every((segment, index) => this.#segments[start + index] === segment);
  }

  /** One segment, open, takes the place of neighbours; their files are gone. */
  replace(run: readonly Segment[], by: Segment): void {
    this.#segments.splice(run[0] === undefined ? 0 : this.#segments.indexOf(run[0]), run.length, by);
    this.#opened = this.#opened.filter((segment) => !run.includes(segment));
    for (const segment of run) {
      this.#rebuiltTransactions.delete(segment.baseOffset);
      this.#shut(segment);
    }
    this.release(by);
  }

  /** The segment's files were written anew: what is known of the old ones is forgotten. */
  rewritten(segment: Segment, sizeBytes: number): void {
    this.#opened = this.#opened.filter((other) => other !== segment);
    this.#rebuiltTransactions.delete(segment.baseOffset);
    this.#shut(segment);
    segment.sizeBytes = sizeBytes;
    segment.writtenBytes = sizeBytes;
  }

  /** Takes the first segment out; its files stay. */
  dropFirst(): void {
    const first = this.#segments.shift();
    this.#opened = this.#opened.filter((segment) => segment !== first);
    if (first !== undefined) this.#rebuiltTransactions.delete(first.baseOffset);
    this.#shut(first);
  }

  closeAll(): void {
    for (const segment of this.#segments) this.#shut(segment);
    this.#opened = [];
  }

  /** File and indexes as they were written; undefined if an index is missing or damaged. */
  #load(segment: Segment): SegmentParts | undefined {
    const { storage, crc32c } = this.#init;
    const { baseOffset } = segment;
    const offsetBytes = storage.readFile(this.path(baseOffset, "index"));
    const timeBytes = storage.readFile(this.path(baseOffset, "timeindex"));
    const offsets = offsetBytes && OffsetIndex.decode(offsetBytes, baseOffset, crc32c);
    const times = timeBytes && TimeIndex.decode(timeBytes, baseOffset, crc32c);
    if (offsets === undefined || times === undefined) return undefined;
    segment.maxTimestamp = times.last.timestamp;
    segment.maxTimestampOffset = times.last.baseOffset;
    return { file: storage.open(this.path(baseOffset, "log")), offsets, times, transactions: this.#transactionsOf(segment) };
  }

  /** As written; a missing or damaged file is made up for by one scan from the log's start, whose results for all segments up to this one are kept. */
  #transactionsOf({ baseOffset }: Segment): TransactionIndex {
    const { storage, crc32c } = this.#init;
    const bytes = storage.readFile(this.path(baseOffset, "txnindex"));
    const transactions = (bytes && TransactionIndex.decode(bytes, crc32c)) ?? this.#rebuiltTransactions.get(baseOffset);
    if (transactions !== undefined) return transactions;
    const upTo = this.#segments.filter((segment) => segment.baseOffset <= baseOffset);
    const rebuilt = rebuildTransactions(upTo, { storage, crc32c, path: (base) => this.path(base, "log") });
    for (const [base, index] of rebuilt) this.#rebuiltTransactions.set(base, index);
    return assertDefined(rebuilt.get(baseOffset), "transactions of a segment of the list");
  }

  #rebuild(segment: Segment): SegmentParts {
    const { baseOffset } = segment;
    const path = this.path(baseOffset, "log");
    const copy = new Segment({ baseOffset, startedMs: segment.startedMs });
    const empty = Segment.emptyParts(this.#init.storage.open(path), baseOffset);
    const parts = { ...empty, transactions: this.#transactionsOf(segment) };
    const end = scanBatches(parts.file, {
      crc32c: this.#init.crc32c,
      visit: (batch) => {
        if (!continues(batch.baseOffset, copy.endOffset, this.#init.marks)) return new Error("offsets do not continue");
        copy.add(batch, parts, this.#init.indexIntervalBytes);
        return undefined;
      },
    });
    const isWhole = continues(segment.endOffset, copy.endOffset, this.#init.marks);
    const cause = end.cause ?? (isWhole ? undefined : new Error(`it should end at ${segment.endOffset}`));
    if (cause !== undefined) throw logCorrupt({ file: path, position: end.position, offset: copy.endOffset }, cause);
    copy.completeIndexes(parts);
    segment.maxTimestamp = copy.maxTimestamp;
    segment.maxTimestampOffset = copy.maxTimestampOffset;
    return parts;
  }

  #shut(segment: Segment | undefined): void {
    segment?.parts?.file.close();
    if (segment !== undefined) segment.parts = undefined;
  }
}
