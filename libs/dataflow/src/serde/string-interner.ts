import { INTERNED_LENGTH_MAX, INTERNED_STRINGS_MAX } from "../limits.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Text of UTF-8 bytes; a byte order mark is kept, broken bytes become U+FFFD. */
export function textOfBytes(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, end));
}

export const HASH_START = 0x811c9dc5;

/** One step of the hash that `intern` takes. */
export function hashStep(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193);
}

/**
 * Gives the same string object for the same bytes, without decoding them again: keys and codes of a topic repeat, and a string that exists
 * already has its hash for `Map` computed. Direct-mapped and bounded: a newcomer takes the place of whoever was there.
 */
export class StringInterner {
  /** Texts that were not there. */
  misses = 0;
  readonly #strings: string[] = new Array<string>(INTERNED_STRINGS_MAX).fill("");

  /** The text of ASCII bytes, whose hash (`hashStep` over all of them, from `HASH_START`) the caller computed while looking for the end. */
  intern(bytes: Uint8Array, start: number, end: number, hash: number): string {
    const length = end - start;
    if (length > INTERNED_LENGTH_MAX) return textOfBytes(bytes, start, end);
    const slot = (hash ^ (hash >>> 15)) & (INTERNED_STRINGS_MAX - 1);
    const known = this.#strings[slot] ?? "";
    if (known.length === length && isSame(known, bytes, start)) return known;
    this.misses++;
    const text = textOfBytes(bytes, start, end);
    this.#strings[slot] = text;
    return text;
  }
}

function isSame(text: string, bytes: Uint8Array, start: number): boolean {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) !== bytes[start + index]) return false;
  }
  return true;
}
