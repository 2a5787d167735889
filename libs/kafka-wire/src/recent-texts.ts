/** Entries; and bytes of the longest text that is kept. Together 32 KiB of text. */
const ENTRIES = 512;
const TEXT_BYTES_MAX = 64;

/**
 * Short ASCII texts that came lately, by a hash of their bytes: each request names its client and its topics, and the string of last time need not be built, hashed
 * and compared again. What falls on the same entry replaces what was there.
 */
export class RecentTexts {
  readonly #texts = new Array<string>(ENTRIES).fill("");

  /** The bytes as a text; undefined if they are long, or not ASCII. */
  find(bytes: Uint8Array, start: number, end: number): string | undefined {
    const length = end - start;
    if (length > TEXT_BYTES_MAX) return undefined;
    let hash = length;
    for (let at = start; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte > 0x7f) return undefined;
      hash = (hash * 31 + byte) | 0;
    }
    const entry = (hash ^ (hash >>> 16)) & (ENTRIES - 1);
    const known = this.#texts[entry] ?? "";
    if (isText(known, bytes, start, end)) return known;
    const text = String.fromCharCode.apply(undefined, bytes.subarray(start, end) as unknown as number[]);
    this.#texts[entry] = text;
    return text;
  }
}

function isText(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let at = start; at < end; at++) if (text.charCodeAt(at - start) !== bytes[at]) return false;
  return true;
}

/** Of this process. */
export const recentTexts = new RecentTexts();
