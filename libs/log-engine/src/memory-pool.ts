import { FREE_MEMORY_BYTES_MAX, POOLED_BYTES_MAX, POOLED_BYTES_MIN, POOLED_BYTES_STEP } from "./limits.ts";

/**
 * Memory of slabs and of disk reads, taken again: a log that takes or gives gigabytes would otherwise have the collector walk the whole heap for every few of them
 * (a quarter of a broker's CPU under produce, half under fetch), and the system clear as many pages. Sizes are rounded up, so that reads of about the same size
 * share. Bounded; what does not fit is collected as any other.
 */
export class MemoryPool {
  readonly #free = new Map<number, ArrayBuffer[]>();
  #freeBytes = 0;

  /** Room for `bytes`; what lies in it is whatever was there before. */
  take(bytes: number): Uint8Array {
    if (bytes < POOLED_BYTES_MIN || bytes > POOLED_BYTES_MAX) return new Uint8Array(bytes);
    const size = Math.ceil(bytes / POOLED_BYTES_STEP) * POOLED_BYTES_STEP;
    const buffer = this.#free.get(size)?.pop();
    if (buffer !== undefined) this.#freeBytes -= size;
    return new Uint8Array(buffer ?? new ArrayBuffer(size), 0, bytes);
  }

  /** Takes back what `take` gave, once, when nobody has a view of it. */
  give({ buffer }: Uint8Array): void {
    const size = buffer.byteLength;
    const isPooled =
      buffer instanceof ArrayBuffer && size % POOLED_BYTES_STEP === 0 && size >= POOLED_BYTES_MIN && size <= POOLED_BYTES_MAX;
    if (!isPooled || this.#freeBytes + size > FREE_MEMORY_BYTES_MAX) return;
    const free = this.#free.get(size) ?? [];
    free.push(buffer);
    this.#free.set(size, free);
    this.#freeBytes += size;
  }
}
