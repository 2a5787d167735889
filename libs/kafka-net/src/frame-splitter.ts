import { netErrors } from "./errors.ts";
import { FRAME_BYTES_MAX, PARTIAL_FRAME_BYTES_INITIAL } from "./limits.ts";

const SIZE_BYTES = 4;
const NO_BYTES = new Uint8Array(0);

/**
 * Cuts what arrives into frames. A frame that lies in one chunk is a view of it; one that arrives in pieces is gathered in a buffer that grows with what is
 * there, never with what was announced.
 */
export class FrameSplitter {
  #chunk: Uint8Array = NO_BYTES;
  #position = 0;
  #sizeBytes = 0; // bytes of the size that have arrived
  #size = 0;
  #partial: Uint8Array | undefined;
  #partialLength = 0;

  /** Bytes held of a frame that is not complete. */
  get partialBytes(): number {
    return this.#partial?.length ?? 0;
  }

  /** More bytes. All frames of the chunk before must have been taken. */
  push(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#position = 0;
  }

  /** The next whole frame without its size; undefined when more bytes are needed. Throws if the size cannot be one. */
  next(): Uint8Array | undefined {
    if (!this.#readSize()) return undefined;
    const available = this.#chunk.length - this.#position;
    if (this.#partial === undefined && available >= this.#size) return this.#complete(this.#take(this.#size));
    return this.#gather(Math.min(available, this.#size - this.#partialLength));
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

  #gather(count: number): Uint8Array | undefined {
    const length = this.#partialLength + count;
    let partial = this.#partial ?? new Uint8Array(Math.min(this.#size, PARTIAL_FRAME_BYTES_INITIAL));
    if (length > partial.length) {
      const larger = new Uint8Array(Math.min(this.#size, Math.max(length, partial.length * 2)));
      larger.set(partial.subarray(0, this.#partialLength));
      partial = larger;
    }
    partial.set(this.#take(count), this.#partialLength);
    this.#partial = partial;
    this.#partialLength = length;
    if (length === this.#size) return this.#complete(partial);
    this.#forget();
    return undefined;
  }

  #take(count: number): Uint8Array {
    const start = this.#position;
    this.#position += count;
    return this.#chunk.subarray(start, this.#position);
  }

  #complete(frame: Uint8Array): Uint8Array {
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
