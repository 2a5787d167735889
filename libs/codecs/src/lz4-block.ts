const MATCH_BYTES_MIN = 4;
const NIBBLE_MAX = 15; // more length bytes follow
const OFFSET_BYTES = 2;

/**
 * Size of what an LZ4 block decompresses to, added up from its sequences: token, [more literal length], literals, offset, [more match length]. A few ns
 * per sequence. Says nothing of a damaged block but a number, which its decoder then refuses.
 */
export function lz4BlockContentBytes(block: Uint8Array): number {
  const end = block.length;
  let position = 0;
  let total = 0;
  while (position < end) {
    const token = block[position++] ?? 0;
    let literals = token >>> 4;
    if (literals === NIBBLE_MAX) {
      let more = 255;
      while (more === 255 && position < end) literals += more = block[position++] ?? 0;
    }
    position += literals;
    total += literals;
    if (position >= end) return total; // the last sequence is literals only
    position += OFFSET_BYTES;
    let match = token & NIBBLE_MAX;
    if (match === NIBBLE_MAX) {
      let more = 255;
      while (more === 255 && position < end) match += more = block[position++] ?? 0;
    }
    total += match + MATCH_BYTES_MIN;
  }
  return total;
}
