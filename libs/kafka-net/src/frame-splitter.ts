import { netErrors } from "./errors.ts";
import type { FramePool } from "./frame-pool.ts";
import { FRAME_BYTES_MAX, PARTIAL_FRAME_BYTES_INITIAL } from "./limits.ts";

const SIZE_BYTES = 4;
const NO_BYTES = new Uint8Array(0);

/**
 * Cuts what arrives into frames. The chunk is the reader's own memory, which the next read overwrites: so frames are copied out of it once. A frame that is
 * larger than what has arrived has a buffer of its own, and the socket reads the rest straight into it (`target`). That buffer grows with what is there, never with
 * what was announced.
 */
export class FrameSplitter {
  readonly #pool: FramePool;
  #chunk: Uint8Array = NO_BYTES;
  #position = 0;
  #sizeBytes = 0; // bytes of the size that have arrived
  #size = 0;
  #partial: Uint8Array | undefined;
  #partialLength = 0;

  constructor(pool: FramePool) {
    this.#pool = pool;
  }

  /** Bytes held of a frame that is not complete. */
  get partialBytes(): number {
    return this.#partial?.length ?? 0;
  }

  /** Where the next bytes may be read to without being copied again: the rest of a frame that has begun. `filled` says how many came. */
  get target(): Uint8Array | undefined {
    if (this.#partial === undefined || this.#position < this.#chunk.length) return undefined;
    if (this.#partialLength === this.#partial.length) this.#grow(Math.min(this.#size, this.#partialLength * 2));
    return this.#partial.subarray(this.#partialLength);
  }

  /** So many bytes have been read into `target`. */
  filled(count: number): void {
    this.#partialLength += count;
  }

  /** More bytes. All frames of the chunk before must have been taken, or kept by `detach`. */
  push(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#position = 0;
  }

  /** Keeps what is left of the chunk in memory of its own: the next read may overwrite the chunk. */
  detach(): void {
    if (this.#position >= this.#chunk.length) {
      this.#forget();
      return;
    }
    // Not `slice`, which of a Buffer is a view: what follows here would become another connection's bytes.
    this.#chunk = new Uint8Array(this.#chunk.subarray(this.#position));
    this.#position = 0;
  }

  /** The next whole frame without its size; undefined when more bytes are needed. Throws if the size cannot be one. */
  next(): Uint8Array | undefined {
    if (!this.#readSize()) return undefined;
    const available = this.#chunk.length - this.#position;
    this.#gather(Math.min(available, this.#size - this.#partialLength));
    return this.#partialLength === this.#size ? this.#complete() : undefined;
  }

  #readSize(): boolean {
    while (this.#sizeBytes < SIZE_BYTES) {
      if (this.#position >= this.#chunk.length) return this.#forget();
      this.#size = (this.#size << 8) | (this.#chunk[this.#position++] ?? 0);
      this.#sizeBytes++;
    }
    if (this.#size <= 0 || this.#size > FRAME_BYTES_MAX) throw netErrors.frameSize(this.#size);
    return true;
  }

  #gather(count: number): void {
    const length = this.#partialLength + count;
    if (this.#partial === undefined || length > this.#partial.length)
      this.#grow(Math.min(this.#size, Math.max(length * (length === this.#size ? 1 : 2), PARTIAL_FRAME_BYTES_INITIAL)));
    this.#partial?.set(this.#chunk.subarray(this.#position, this.#position + count), this.#partialLength);
    this.#position += count;
    this.#partialLength = length;
  }

  #grow(bytes: number): void {
    const larger = this.#pool.allocate(bytes);
    const smaller = this.#partial;
    if (smaller !== undefined) {
      larger.set(smaller.subarray(0, this.#partialLength));
      this.#pool.recycle(smaller);
    }
    this.#partial = larger;
  }

  #complete(): Uint8Array | undefined {
    const frame = this.#partial;
    this.#sizeBytes = 0;
    this.#size = 0;
    this.#partial = undefined;
    this.#partialLength = 0;
    return frame;
  }

  /** A chunk that was used up is not kept alive by a connection that then says nothing. */
  #forget(): false {
    this.#chunk = NO_BYTES;
    this.#position = 0;
    return false;
  }
}
