/**
 * Zigzag varints of the record format (not the protocol's plain uvarints): 7 bits a byte, low bits first, the lowest bit of the number is its sign.
 * Everything is computed in numbers: a varlong keeps its 6 low bits and the rest apart, so it is exact up to ±(2^53-1) without bigint.
 */

/** Bytes of the varint of a 32-bit integer. */
export function varintBytes(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  if (zigzag < 0x80) return 1;
  if (zigzag < 0x4000) return 2;
  if (zigzag < 0x200000) return 3;
  return zigzag < 0x10000000 ? 4 : 5;
}

/** Writes the varint of a 32-bit integer and returns the position after it. The room has been made before. */
export function writeVarint(bytes: Uint8Array, position: number, value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  while (rest > 0x7f) {
    bytes[position++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[position++] = rest;
  return position;
}

const INT31 = 0x40000000;
const GROUP = 128;

/** Bytes of the varlong of a safe integer. */
export function varlongBytes(value: number): number {
  if (value < INT31 && value >= -INT31) return varintBytes(value);
  let rest = Math.floor((value < 0 ? -value - 1 : value) / 64);
  let count = 1;
  for (; rest > 0; rest = Math.floor(rest / GROUP)) count++;
  return count;
}

/** Writes the varlong of a safe integer and returns the position after it. The room has been made before. */
export function writeVarlong(bytes: Uint8Array, position: number, value: number): number {
  if (value < INT31 && value >= -INT31) return writeVarint(bytes, position, value);
  const magnitude = value < 0 ? -value - 1 : value;
  let rest = Math.floor(magnitude / 64);
  bytes[position++] = ((magnitude % 64) << 1) | (value < 0 ? 1 : 0) | 0x80;
  while (rest >= GROUP) {
    bytes[position++] = (rest % GROUP) | 0x80;
    rest = Math.floor(rest / GROUP);
  }
  bytes[position++] = rest;
  return position;
}

/** Returned for a malformed number; no varint decodes to it, as it is not an integer. */
const MALFORMED = NaN;

/**
 * Reads varints at a moving position. It never reads outside of the array: a byte beyond the end counts as 0, and the caller compares `position` with the
 * end of what it reads. A number that is too long sets `malformed` and reads as 0, so that hot loops have one check at the end.
 */
export class VarintReader {
  bytes: Uint8Array;
  position: number;
  /** Set by a number that does not fit its type; stays set until `moveTo`. */
  malformed = false;

  constructor(bytes: Uint8Array, position = 0) {
    this.bytes = bytes;
    this.position = position;
  }

  /** Reads from there on. */
  moveTo(bytes: Uint8Array, position: number): void {
    this.bytes = bytes;
    this.position = position;
    this.malformed = false;
  }

  /** A 32-bit integer of 1 to 5 bytes. */
  readVarint(): number {
    const first = this.bytes[this.position++] ?? 0;
    if (first < 0x80) return (first >>> 1) ^ -(first & 1);
    return this.#settle(this.#readLongVarint(first));
  }

  /** An integer of 1 to 10 bytes within ±(2^53-1). */
  readVarlong(): number {
    const first = this.bytes[this.position++] ?? 0;
    if (first < 0x80) return (first >>> 1) ^ -(first & 1);
    return this.#settle(this.#readLongVarlong(first));
  }

  #settle(value: number): number {
    if (!Number.isNaN(value)) return value;
    this.malformed = true;
    return 0;
  }

  #readLongVarint(first: number): number {
    const bytes = this.bytes;
    let zigzag = first & 0x7f;
    for (let shift = 7; shift <= 28; shift += 7) {
      const byte = bytes[this.position++] ?? 0;
      if (shift === 28 && byte > 0x0f) return MALFORMED;
      zigzag |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (zigzag >>> 1) ^ -(zigzag & 1);
    }
    return MALFORMED;
  }

  #readLongVarlong(first: number): number {
    const bytes = this.bytes;
    let magnitude = (first & 0x7f) >>> 1;
    let scale = 64;
    for (let count = 1; count < 10; count++) {
      const byte = bytes[this.position++] ?? 0;
      magnitude += (byte & 0x7f) * scale;
      scale *= GROUP;
      if (byte < 0x80) {
        if (magnitude > Number.MAX_SAFE_INTEGER) return MALFORMED;
        return (first & 1) === 0 ? magnitude : -magnitude - 1;
      }
    }
    return MALFORMED;
  }
}
