import { TEXT_SLAB_BYTES } from "../limits.ts";

const encoder = new TextEncoder();

/**
 * UTF-8 of texts, written one after the other into slabs: memory of its own for each of a million short records costs more than the bytes. A slab is
 * never written twice, and lives as long as one of its texts is kept.
 */
export class TextBytes {
  #slab = new Uint8Array(TEXT_SLAB_BYTES);
  #end = 0;

  /** The bytes, to keep. */
  encode(text: string): Uint8Array {
    if (text.length > TEXT_SLAB_BYTES / 8) return encoder.encode(text);
    if (this.#end + text.length > TEXT_SLAB_BYTES) {
      this.#slab = new Uint8Array(TEXT_SLAB_BYTES);
      this.#end = 0;
    }
    const slab = this.#slab;
    const start = this.#end;
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      if (unit >= 0x80) return encoder.encode(text);
      slab[start + index] = unit;
    }
    this.#end = start + text.length;
    return slab.subarray(start, this.#end);
  }
}
