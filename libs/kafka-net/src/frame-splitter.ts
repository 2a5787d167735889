import { netErrors } from "./errors.ts";
import type { FramePool } from "./frame-pool.ts";
import { FRAME_BYTES_MAX, PARTIAL_FRAME_BYTES_INITIAL, TARGET_BYTES_MIN } from "./limits.ts";

const SIZE_BYTES = 4;
const NO_BYTES = new Uint8Array(0);

/**
 * Cuts what arrives into frames. The chunk is the reader's own memory, which the next read overwrites: a frame that is whole in it is a view of it, and nothing is
 * copied. A frame of which only a part has come has a buffer of its own, and if much of it is to come, the socket reads that straight into it (`target`).
 */
export class FrameSplitter {
  /** The last frame is a view of the chunk; false: memory of its own, from the pool. */
  isView = false;
  readonly #pool: FramePool;
  #chunk: Uint8Array = NO_BYTES;
  #position = 0;
  #end = 0;
  #sizeBytes = 0; // bytes of the size that have arrived
  #size = 0;
  #partial: Uint8Array | undefined;
  #partialLength = 0;
  /** Of the partial frame's buffer, taken of the pool's allowance for what was announced and has not come. */
  #aheadBytes = 0;

  constructor(pool: FramePool) {
    this.#pool = pool;
  }

  /** Bytes held of a frame that is not complete. */
  get partialBytes(): number {
    return this.#partial?.length ?? 0;
  }

  /** Where the next bytes may be read to without being copied again: the rest of a frame that has begun. `filled` says how many came. */
  get target(): Uint8Array | undefined {
    if (this.#partial === undefined || this.#position < this.#end) return undefined;
    if (this.#size - this.#partialLength < TARGET_BYTES_MIN) return undefined; // what follows it comes with the same read
    if (this.#partialLength === this.#partial.length) this.#grow(Math.min(this.#size, this.#partialLength * 2));
    return this.#partial.subarray(this.#partialLength);
  }

  /** So many bytes have been read into `target`. */
  filled(count: number): void {
    this.#partialLength += count;
  }

  /** More bytes. All frames of the chunk before must have been taken, or kept by `detach`. */
  push(chunk: Uint8Array, length = chunk.length): void {
    this.#chunk = chunk;
    this.#position = 0;
    this.#end = length;
  }

  /** Keeps what is left of the chunk in memory of its own: the next read may overwrite the chunk. */
  detach(): void {
    if (this.#position >= this.#end) {
      this.#forget();
      return;
    }
    // Not `slice`, which of a Buffer is a view: what follows here would become another connection's bytes.
    this.push(new Uint8Array(this.#chunk.subarray(this.#position, this.#end)));
  }

  /** The next whole frame without its size; undefined when more bytes are needed. Throws if the size cannot be one. */
  next(): Uint8Array | undefined {
    if (!this.#readSize()) return undefined;
    const available = this.#end - this.#position;
    if (this.#partial === undefined && available >= this.#size) return this.#view();
    this.#gather(Math.min(available, this.#size - this.#partialLength));
    return this.#partialLength === this.#size ? this.#complete() : undefined;
  }

  /** Nothing more will come. */
  close(): void {
    this.#pool.giveBackAhead(this.#aheadBytes);
    this.#aheadBytes = 0;
  }

  #readSize(): boolean {
    while (this.#sizeBytes < SIZE_BYTES) {
      if (this.#position >= this.#end) return this.#forget();
      this.#size = (this.#size << 8) | (this.#chunk[this.#position++] ?? 0);
      this.#sizeBytes++;
    }
    if (this.#size <= 0 || this.#size > FRAME_BYTES_MAX) throw netErrors.frameSize(this.#size);
    return true;
  }

  #view(): Uint8Array {
    const start = this.#position;
    this.#position += this.#size;
    this.#sizeBytes = 0;
    this.#size = 0;
    this.isView = true;
    return this.#chunk.subarray(start, this.#position);
  }

  #gather(count: number): void {
    const length = this.#partialLength + count;
    if (this.#partial === undefined || length > this.#partial.length)
      this.#grow(Math.min(this.#size, Math.max(length * (length === this.#size ? 1 : 2), PARTIAL_FRAME_BYTES_INITIAL)));
    this.#partial?.set(this.#chunk.subarray(this.#position, this.#position + count), this.#partialLength);
    this.#position += count;
    this.#partialLength = length;
  }

  /** The buffer grows with what has come, and at once to what was announced where the pool allows that: each step copies all that is there. */
  #grow(bytes: number): void {
    if (this.#aheadBytes === 0 && bytes < this.#size) this.#aheadBytes = this.#pool.takeAhead(this.#size);
    const larger = this.#pool.allocate(this.#aheadBytes === 0 ? bytes : this.#size);
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
    this.isView = false;
    if (this.#aheadBytes > 0) this.close();
    return frame;
  }

  /** A chunk that was used up is not kept alive by a connection that then says nothing. */
  #forget(): false {
    this.#chunk = NO_BYTES;
    this.#position = 0;
    this.#end = 0;
    return false;
  }
}
