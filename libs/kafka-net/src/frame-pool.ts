import { AHEAD_BYTES_MAX, FRAME_POOL_BYTES_MAX, POOLED_FRAME_BYTES_MAX, POOLED_FRAME_BYTES_MIN } from "./limits.ts";

/**
 * Memory for frames, used again and again by all connections of a listener: a broker that takes gigabytes of batches would otherwise have the collector run for
 * each 64 MB of them, and its system clear as many pages. Only whole buffers of a power of two are kept; what nobody gives back is collected as any other.
 */
export class FramePool {
  readonly #free = new Map<number, ArrayBuffer[]>();
  /** Buffers that were handed out and may come back. */
  readonly #lent = new WeakSet<ArrayBuffer>();
  #freeBytes = 0;
  #aheadBytes = 0;

  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** Room for `bytes`; its content is whatever was there before. */
  allocate(bytes: number): Uint8Array {
    if (bytes < POOLED_FRAME_BYTES_MIN || bytes > POOLED_FRAME_BYTES_MAX) return allocateUnpooled(bytes);
    const size = sizeOf(bytes);
    const buffer = this.#free.get(size)?.pop();
    if (buffer !== undefined) this.#freeBytes -= size;
    const taken = buffer ?? allocateUnpooled(size).buffer;
    this.#lent.add(taken);
    return new Uint8Array(taken, 0, bytes);
  }

  /**
   * Allows a frame of which a part has come to have room for all of it: as many bytes, to be given back; 0: not now. Bounded for all connections together, as clients
   * may announce what they never send.
   */
  takeAhead(bytes: number): number {
    if (bytes > POOLED_FRAME_BYTES_MAX || this.#aheadBytes + bytes > AHEAD_BYTES_MAX) return 0;
    this.#aheadBytes += bytes;
    return bytes;
  }

  giveBackAhead(bytes: number): void {
    this.#aheadBytes -= bytes;
  }

  /** Takes back what `allocate` gave, once; anything else is left alone. Nobody may look at it afterwards. */
  recycle({ buffer }: Uint8Array): void {
    if (!(buffer instanceof ArrayBuffer) || !this.#lent.delete(buffer)) return;
    const size = buffer.byteLength;
    if (this.#freeBytes + size > FRAME_POOL_BYTES_MAX) return;
    const free = this.#free.get(size) ?? [];
    free.push(buffer);
    this.#free.set(size, free);
    this.#freeBytes += size;
  }
}

function sizeOf(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(bytes));
}

/** Not cleared first: a frame is filled before anybody reads it. */
function allocateUnpooled(bytes: number): Uint8Array<ArrayBuffer> {
  const buffer = Buffer.allocUnsafeSlow(bytes);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, bytes);
}
