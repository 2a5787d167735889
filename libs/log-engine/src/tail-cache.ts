import type { Offset } from "@millrace/model";
import { SLAB_BYTES_MAX, SLAB_BYTES_MIN } from "./limits.ts";
import { MemoryPool } from "./memory-pool.ts";
import type { TailCache } from "./partition-log.ts";

/**
 * A stretch of one segment in memory. Bytes are only ever added, and its memory serves another slab only when every view was given back: views stay right as long
 * as they are held.
 */
export interface Slab {
  readonly bytes: Uint8Array;
  readonly segmentBaseOffset: Offset;
  /** Position in the segment of the slab's first byte. */
  readonly startPosition: number;
  /** Offset of the first batch. */
  readonly startOffset: Offset;
  /** Bytes in use; those from `writtenBytes` on are staged only. */
  usedBytes: number;
  writtenBytes: number;
  /** Views that readers were given and have not given back. */
  views: number;
}

/** The slabs of all logs of a process, oldest first; the oldest written ones go when the bound is passed. */
export class SharedTailCache implements TailCache {
  readonly bytesMax: number;
  readonly pool = new MemoryPool();
  readonly #slabs = new Map<Slab, LogTail>();
  #sizeBytes = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  add(slab: Slab, tail: LogTail): void {
    this.#slabs.set(slab, tail);
    this.#sizeBytes += slab.bytes.length;
    this.trim();
  }

  remove(slab: Slab): void {
    if (!this.#slabs.delete(slab)) return;
    this.#sizeBytes -= slab.bytes.length;
    if (slab.views === 0) this.pool.give(slab.bytes);
  }

  /** A reader is done with its view of a slab; the last one of a slab that was removed frees it. */
  giveBack(slab: Slab): void {
    slab.views--;
    if (slab.views === 0 && !this.#slabs.has(slab)) this.pool.give(slab.bytes);
  }

  /** Drops the oldest slabs until the bound holds; those with staged bytes are needed and stay. */
  trim(): void {
    if (this.#sizeBytes <= this.bytesMax) return;
    for (const [slab, tail] of this.#slabs) {
      if (slab.writtenBytes < slab.usedBytes) continue;
      tail.drop(slab);
      if (this.#sizeBytes <= this.bytesMax) return;
    }
  }
}

/**
 * The end of one log in memory: where batches are staged, what the write takes, and where tail reads are answered from.
 */
export class LogTail {
  readonly #cache: SharedTailCache;
  #slabs: Slab[] = [];
  #nextSlabBytes = SLAB_BYTES_MIN;
  #stagedBytes = 0;

  constructor(cache: SharedTailCache) {
    this.#cache = cache;
  }

  get stagedBytes(): number {
    return this.#stagedBytes;
  }
  get pool(): MemoryPool {
    return this.#cache.pool;
  }

  /** A slab with room for `bytes` at its end, which are the bytes at `position` of the segment; they count as staged at once. */
  reserve(bytes: number, segment: { readonly baseOffset: Offset; readonly position: number; readonly endOffset: Offset }): Slab {
    let slab = this.#slabs.at(-1);
    if (slab?.segmentBaseOffset !== segment.baseOffset || slab.usedBytes + bytes > slab.bytes.length) {
      this.#nextSlabBytes = slab === undefined ? SLAB_BYTES_MIN : Math.min(this.#nextSlabBytes * 2, SLAB_BYTES_MAX);
      slab = {
        bytes: this.#cache.pool.take(Math.max(this.#nextSlabBytes, bytes)),
        segmentBaseOffset: segment.baseOffset,
        startPosition: segment.position,
        startOffset: segment.endOffset,
        usedBytes: 0,
        writtenBytes: 0,
        views: 0,
      };
      slab.usedBytes = bytes; // staged before it is added, so that adding it does not drop it
      this.#slabs.push(slab);
      this.#stagedBytes += bytes;
      this.#cache.add(slab, this);
      return slab;
    }
    slab.usedBytes += bytes;
    this.#stagedBytes += bytes;
    return slab;
  }

  /** Everything staged, in order. */
  stagedChunks(): Uint8Array[] {
    const chunks: Uint8Array[] = [];
    for (const slab of this.#slabs) {
      if (slab.writtenBytes < slab.usedBytes) chunks.push(slab.bytes.subarray(slab.writtenBytes, slab.usedBytes));
    }
    return chunks;
  }

  /** What was staged is written. */
  confirm(): void {
    for (const slab of this.#slabs) slab.writtenBytes = slab.usedBytes;
    this.#stagedBytes = 0;
    this.#cache.trim();
  }

  /** What was staged is not wanted any more. */
  undo(): void {
    this.#stagedBytes = 0;
    for (const slab of [...this.#slabs]) {
      slab.usedBytes = slab.writtenBytes;
      if (slab.usedBytes === 0) this.drop(slab);
    }
  }

  /** The slab that holds the batch with a written offset; undefined if it is not in memory any more. Slabs are always a gapless end of the log. */
  find(offset: Offset): Slab | undefined {
    for (let index = this.#slabs.length - 1; index >= 0; index--) {
      const slab = this.#slabs[index];
      if (slab !== undefined && slab.startOffset <= offset && slab.writtenBytes > 0) return slab;
    }
    return undefined;
  }

  /** The slab that goes on where one ends, in the same segment. */
  after(slab: Slab): Slab | undefined {
    const next = this.#slabs[this.#slabs.indexOf(slab) + 1];
    return next?.segmentBaseOffset === slab.segmentBaseOffset && next.writtenBytes > 0 ? next : undefined;
  }

  /** A view for a reader, until it gives the slab back. */
  lend(slab: Slab, start: number, end: number): Uint8Array {
    slab.views++;
    return slab.bytes.subarray(start, end);
  }

  giveBack(slab: Slab): void {
    this.#cache.giveBack(slab);
  }

  /** Forgets a segment whose bytes are others now, and what is before it: slabs stay a gapless end of the log. */
  dropSegment(baseOffset: Offset): void {
    for (const slab of [...this.#slabs]) if (slab.segmentBaseOffset <= baseOffset) this.drop(slab);
  }

  drop(slab: Slab): void {
    const index = this.#slabs.indexOf(slab);
    if (index >= 0) this.#slabs.splice(index, 1);
    this.#cache.remove(slab);
  }

  clear(): void {
    for (const slab of this.#slabs) this.#cache.remove(slab);
    this.#slabs = [];
    this.#stagedBytes = 0;
  }
}

/** Memory for what was written last, shared by all logs of a process; 64 MiB serve every reader that keeps up. */
export function createTailCache(bytesMax: number): TailCache {
  return new SharedTailCache(bytesMax);
}
