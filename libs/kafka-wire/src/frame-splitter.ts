import { malformedFrame } from "./errors.ts";
import { FRAME_BYTES_MAX, FRAME_SIZE_BYTES, PARTIAL_FRAME_BYTES_INITIAL } from "./limits.ts";

/**
 * Cuts what a connection receives into frames. A frame that came whole within one chunk is a view on that chunk; only what is torn between chunks is
 * copied, into a buffer that grows with what has really arrived: a client that promises 100 MiB and sends ten bytes costs half a KiB.
 */
export class FrameSplitter {
  readonly #frameBytesMax: number;
  /** A frame, with its size, that is not complete yet. */
  #partial: Uint8Array = new Uint8Array(0);
  #partialBytes = 0;

  constructor(frameBytesMax: number = FRAME_BYTES_MAX) {
    this.#frameBytesMax = frameBytesMax;
  }

  /** Bytes held for a frame that has not ended. */
  get pendingBytes(): number {
    return this.#partialBytes;
  }

  /** The frames that this chunk completes, in order, without their sizes. Throws where a size is none: what follows cannot be read, so close. */
  push(chunk: Uint8Array): readonly Uint8Array[] {
    const frames: Uint8Array[] = [];
    let position = 0;
    if (this.#partialBytes > 0) {
      position = this.#fill(chunk);
      const whole = this.#takePartial();
      if (whole === undefined) return frames;
      frames.push(whole);
    }
    while (chunk.length - position >= FRAME_SIZE_BYTES) {
      const end = position + FRAME_SIZE_BYTES + this.#frameBytes(chunk, position);
      if (end > chunk.length) break;
      frames.push(chunk.subarray(position + FRAME_SIZE_BYTES, end));
      position = end;
    }
    if (position < chunk.length) this.#append(chunk, position, chunk.length);
    return frames;
  }

  /** Adds what the partial frame lacks; returns how far the chunk is used. */
  #fill(chunk: Uint8Array): number {
    const sizeEnd = Math.min(chunk.length, Math.max(0, FRAME_SIZE_BYTES - this.#partialBytes));
    this.#append(chunk, 0, sizeEnd);
    if (this.#partialBytes < FRAME_SIZE_BYTES) return sizeEnd;
    const missing = FRAME_SIZE_BYTES + this.#frameBytes(this.#partial, 0) - this.#partialBytes;
    const end = Math.min(chunk.length, sizeEnd + missing);
    this.#append(chunk, sizeEnd, end);
    return end;
  }

  #takePartial(): Uint8Array | undefined {
    if (this.#partialBytes < FRAME_SIZE_BYTES) return undefined;
    const end = FRAME_SIZE_BYTES + this.#frameBytes(this.#partial, 0);
    if (this.#partialBytes < end) return undefined;
    const frame = this.#partial.subarray(FRAME_SIZE_BYTES, end);
    this.#partial = new Uint8Array(0);
    this.#partialBytes = 0;
    return frame;
  }

  #append(chunk: Uint8Array, start: number, end: number): void {
    const needed = this.#partialBytes + end - start;
    if (needed > this.#partial.length) {
      // Twice what is there, but never more than the frame: the last step of a frame fits exactly.
      const known =
        needed >= FRAME_SIZE_BYTES && this.#partialBytes >= FRAME_SIZE_BYTES
          ? FRAME_SIZE_BYTES + this.#frameBytes(this.#partial, 0)
          : Infinity;
      const grown = new Uint8Array(Math.max(needed, Math.min(known, Math.max(needed * 2, PARTIAL_FRAME_BYTES_INITIAL))));
      grown.set(this.#partial.subarray(0, this.#partialBytes));
      this.#partial = grown;
    }
    this.#partial.set(chunk.subarray(start, end), this.#partialBytes);
    this.#partialBytes = needed;
  }

  #frameBytes(bytes: Uint8Array, position: number): number {
    const size =
      ((bytes[position] ?? 0) << 24) | ((bytes[position + 1] ?? 0) << 16) | ((bytes[position + 2] ?? 0) << 8) | (bytes[position + 3] ?? 0);
    if (size > 0 && size <= this.#frameBytesMax) return size;
    throw malformedFrame("frame size", "a size is none: the client speaks another protocol, or asks for too much at once", {
      size,
      sizeMax: this.#frameBytesMax,
    });
  }
}
