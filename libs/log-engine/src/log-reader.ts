import { assert } from "@millrace/stdx";
import type { Offset } from "@millrace/model";
import { createBatchCursor, type Crc32c, RecordBatchView, verifyBatch } from "@millrace/records";
import { type CompactionMarks, continues } from "./compaction/compaction-marks.ts";
import { logCorrupt } from "./errors.ts";
import { READ_BYTES_MAX } from "./limits.ts";
import type { ReadOptions, ReadResult } from "./partition-log.ts";
import type { Segment, SegmentParts } from "./segment.ts";
import type { SegmentList } from "./segment-list.ts";
import type { LogTail, Slab } from "./tail-cache.ts";

/** Read beyond maxBytes from disk, as the index leads to a little before the asked batch. */
const LEAD_BYTES = 8_192;

/** What a read without records gives. */
export function nothingRead(nextOffset: Offset): ReadResult {
  return { chunks: [], sizeBytes: 0, nextOffset, release: () => undefined };
}

interface Cut {
  readonly end: number;
  readonly nextOffset: Offset;
}

/** Reads whole batches of written offsets: from memory if they are still there, else from disk, and then with their checksums verified. */
export class LogReader {
  readonly #segments: SegmentList;
  readonly #tail: LogTail;
  readonly #crc32c: Crc32c;
  readonly #marks: CompactionMarks;
  readonly #damaged: () => void;
  readonly #view = new RecordBatchView(new Uint8Array(0));

  constructor(parts: {
    readonly segments: SegmentList;
    readonly tail: LogTail;
    readonly crc32c: Crc32c;
    readonly marks: CompactionMarks;
    /** A read found that the disk does not give what it got. */
    readonly damaged: () => void;
  }) {
    this.#damaged = parts.damaged;
    this.#segments = parts.segments;
    this.#tail = parts.tail;
    this.#crc32c = parts.crc32c;
    this.#marks = parts.marks;
  }

  /** `offset` is below `endOffset`, which is at most the written end. */
  read(options: ReadOptions): ReadResult {
    const bounded = { ...options, maxBytes: Math.min(options.maxBytes, READ_BYTES_MAX) };
    const slab = this.#tail.find(options.offset);
    try {
      return slab === undefined ? this.#readDisk(bounded) : this.#readTail(slab, bounded);
    } catch (error) {
      this.#damaged();
      throw error;
    }
  }

  #readTail(first: Slab, options: ReadOptions): ReadResult {
    const segment = this.#segments.find(options.offset);
    const parts = this.#segments.partsOf(segment);
    let start = this.#startIn(first, parts, options.offset);
    const chunks: Uint8Array[] = [];
    const lent: Slab[] = [];
    let sizeBytes = 0;
    let nextOffset = options.offset;
    for (let slab: Slab | undefined = first; slab !== undefined; slab = this.#tail.after(slab)) {
      const mayForce = sizeBytes === 0 && options.minOneBatch !== false;
      const cut = this.#cut(slab, {
        start,
        maxBytes: options.maxBytes - sizeBytes,
        endOffset: options.endOffset,
        mayForce,
        segment,
        parts,
      });
      if (cut.end === start) break;
      lent.push(slab);
      chunks.push(this.#tail.lend(slab, start, cut.end));
      sizeBytes += cut.end - start;
      nextOffset = cut.nextOffset;
      if (cut.end < slab.writtenBytes) break;
      start = 0;
    }
    return { chunks, sizeBytes, nextOffset, release: () => lent.forEach((slab) => this.#tail.giveBack(slab)) };
  }

  /** Where in the slab the batch with the offset starts. */
  #startIn(slab: Slab, parts: SegmentParts, offset: Offset): number {
    let start = Math.max(parts.offsets.positionFor(offset) - slab.startPosition, 0);
    const view = this.#view.moveTo(slab.bytes, start);
    while (view.nextOffset <= offset) {
      start += view.sizeInBytes;
      assert(start < slab.writtenBytes, "an offset below the written end is in its slab");
      view.moveTo(slab.bytes, start);
    }
    return start;
  }

  /** End of the batches in a slab that fit. */
  #cut(
    slab: Slab,
    options: {
      readonly start: number;
      readonly maxBytes: number;
      readonly endOffset: Offset;
      readonly mayForce: boolean;
      readonly segment: Segment;
      readonly parts: SegmentParts;
    },
  ): Cut {
    const { start, maxBytes, endOffset, segment, parts } = options;
    const slabEndOffset = this.#tail.after(slab)?.startOffset ?? segment.writtenEndOffset;
    if (slab.writtenBytes - start <= maxBytes && slabEndOffset <= endOffset) return { end: slab.writtenBytes, nextOffset: slabEndOffset };
    const hint = Math.min(parts.offsets.positionAtOrBelow(slab.startPosition + start + maxBytes), parts.offsets.positionFor(endOffset));
    let end = Math.max(start, hint - slab.startPosition);
    const view = this.#view.moveTo(slab.bytes, end);
    let nextOffset = view.baseOffset;
    while (end < slab.writtenBytes && view.moveTo(slab.bytes, end).baseOffset < endOffset) {
      const batchEnd = end + view.sizeInBytes;
      if (batchEnd - start > maxBytes && !(options.mayForce && end === start)) break;
      end = batchEnd;
      nextOffset = view.nextOffset;
    }
    return { end, nextOffset };
  }

  #readDisk(options: ReadOptions): ReadResult {
    let segment = this.#segments.find(options.offset);
    for (;;) {
      const result = this.#readSegment(segment, options);
      if (result !== undefined) return result;
      // Compaction has left nothing from the offset to the segment's end.
      if (segment.endOffset >= options.endOffset) return nothingRead(options.endOffset);
      segment = this.#segments.find(segment.endOffset);
    }
  }

  /** undefined: nothing at or behind the offset is in this segment, and that is no damage. */
  #readSegment(segment: Segment, options: ReadOptions): ReadResult | undefined {
    const parts = this.#segments.partsOf(segment);
    let position = parts.offsets.positionFor(options.offset);
    let capacity = options.maxBytes + LEAD_BYTES;
    while (position < segment.writtenBytes) {
      const buffer = this.#tail.pool.take(Math.min(capacity, segment.writtenBytes - position));
      const bytes = buffer.subarray(0, parts.file.read(position, buffer));
      const found = this.#pick(bytes, { ...options, position, segment });
      if (found.result !== undefined) return { ...found.result, release: () => this.#tail.pool.give(buffer) };
      this.#tail.pool.give(buffer);
      if (found.skippedBytes === 0 && found.bytesNeeded === 0) break;
      position += found.skippedBytes;
      capacity = Math.max(capacity, found.bytesNeeded);
    }
    if (position >= segment.writtenBytes && segment.endOffset <= this.#marks.gapsEndOffset) return undefined;
    throw this.#corrupt(segment, { position, offset: options.offset }, new Error("the file ends before the batch"));
  }

  /** The batches of a buffer that were asked for; or how to read on, if it ends before the first of them is whole. */
  #pick(
    bytes: Uint8Array,
    options: ReadOptions & { readonly position: number; readonly segment: Segment },
  ): { readonly result?: Omit<ReadResult, "release">; readonly skippedBytes: number; readonly bytesNeeded: number } {
    const { offset, maxBytes, endOffset } = options;
    const cursor = createBatchCursor(bytes);
    let start = -1;
    let end = 0;
    let nextOffset = offset;
    while (cursor.advance()) {
      const view = cursor.view;
      if (view.nextOffset <= offset) continue;
      if (start < 0) start = end = view.position;
      if (view.baseOffset >= endOffset) {
        if (end > start) break;
        // The batch that holds the asked offset cannot begin behind it, unless compaction has left nothing of what was asked for. Its CRC does not cover its offset.
        if (view.baseOffset <= this.#marks.gapsEndOffset) nextOffset = endOffset;
        else
          throw this.#corrupt(
            options.segment,
            { position: options.position + view.position, offset },
            new Error("offsets do not continue"),
          );
        break;
      }
      const isForced = end === start && options.minOneBatch !== false;
      if (view.position + view.sizeInBytes - start > maxBytes && !isForced) break;
      this.#verify(view, { ...options, nextOffset, isFirst: end === start });
      end = view.position + view.sizeInBytes;
      nextOffset = view.nextOffset;
    }
    if (start >= 0) {
      const chunk = bytes.subarray(start, end);
      return {
        result: { chunks: chunk.length === 0 ? [] : [chunk], sizeBytes: chunk.length, nextOffset },
        skippedBytes: 0,
        bytesNeeded: 0,
      };
    }
    const tail = cursor.tail;
    if (tail.kind === "corrupt") {
      throw this.#corrupt(options.segment, { position: options.position + tail.position, offset }, tail.error);
    }
    if (tail.kind === "none") return { skippedBytes: cursor.endPosition, bytesNeeded: 0 };
    if (options.position + tail.position + tail.bytesNeeded > options.segment.writtenBytes) {
      throw this.#corrupt(options.segment, { position: options.position + tail.position, offset }, new Error("a batch is cut off"));
    }
    return { skippedBytes: cursor.endPosition, bytesNeeded: tail.bytesNeeded };
  }

  #verify(
    view: RecordBatchView,
    options: { readonly position: number; readonly segment: Segment; readonly nextOffset: Offset; readonly isFirst: boolean },
  ): void {
    const where = { position: options.position + view.position, offset: options.nextOffset };
    const isHere = options.isFirst && view.baseOffset <= options.nextOffset;
    if (!isHere && !continues(view.baseOffset, options.nextOffset, this.#marks))
      throw this.#corrupt(options.segment, where, new Error("offsets do not continue"));
    try {
      verifyBatch(view.bytes, { crc32c: this.#crc32c, position: view.position });
    } catch (error) {
      throw this.#corrupt(options.segment, where, error);
    }
  }

  #corrupt(segment: Segment, where: { readonly position: number; readonly offset: Offset }, cause: unknown): Error {
    return logCorrupt({ file: this.#segments.path(segment.baseOffset, "log"), ...where }, cause);
  }
}
