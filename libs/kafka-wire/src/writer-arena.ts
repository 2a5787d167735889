import { WRITER_ARENA_BYTES } from "./limits.ts";

/**
 * Where answers are written one after the other, so that a small one costs no buffer of its own. One writer has a slab at a time, from where the last one ended; for another that begins
 * meanwhile there is a new slab, and the first one keeps the old. An answer that is not sent keeps its slab, as small as it is: no more than Node's own pool of small buffers would.
 */
class WriterArena {
  #slab = new Uint8Array(0);
  #view = new DataView(this.#slab.buffer);
  #free = 0;
  #owner: object | undefined;

  /** A slab with room for so many bytes from `start` on. */
  claim(owner: object, bytes: number): { readonly buffer: Uint8Array; readonly view: DataView; readonly start: number } {
    if (this.#owner !== undefined || this.#free + bytes > this.#slab.length) {
      this.#slab = new Uint8Array(WRITER_ARENA_BYTES);
      this.#view = new DataView(this.#slab.buffer);
      this.#free = 0;
    }
    this.#owner = owner;
    return { buffer: this.#slab, view: this.#view, start: this.#free };
  }

  /** The owner has written up to here, and writes no more. */
  release(owner: object, end: number): void {
    if (this.#owner !== owner) return;
    this.#owner = undefined;
    this.#free = end;
  }
}

export const writerArena = new WriterArena();
