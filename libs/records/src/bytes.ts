/**
 * Big-endian integers in a Uint8Array, without a DataView per buffer. Positions are not checked here: every caller has
 * checked the length before, and a byte beyond the end reads as 0 rather than outside of the array.
 *
 * 64-bit values are read as numbers: exact up to ±2^53, which `verifyBatch` has asserted for the fields that matter.
 */

const TWO_POW_32 = 4_294_967_296;

export function readInt8(bytes: Uint8Array, position: number): number {
  return ((bytes[position] ?? 0) << 24) >> 24;
}

export function readInt16(bytes: Uint8Array, position: number): number {
  return (((bytes[position] ?? 0) << 24) >> 16) | (bytes[position + 1] ?? 0);
}

export function readInt32(bytes: Uint8Array, position: number): number {
  return (
    ((bytes[position] ?? 0) << 24) | ((bytes[position + 1] ?? 0) << 16) | ((bytes[position + 2] ?? 0) << 8) | (bytes[position + 3] ?? 0)
  );
}

export function readUint32(bytes: Uint8Array, position: number): number {
  return readInt32(bytes, position) >>> 0;
}

export function readInt64(bytes: Uint8Array, position: number): number {
  return readInt32(bytes, position) * TWO_POW_32 + readUint32(bytes, position + 4);
}

export function writeInt16(bytes: Uint8Array, position: number, value: number): void {
  bytes[position] = value >> 8;
  bytes[position + 1] = value;
}

export function writeInt32(bytes: Uint8Array, position: number, value: number): void {
  bytes[position] = value >> 24;
  bytes[position + 1] = value >> 16;
  bytes[position + 2] = value >> 8;
  bytes[position + 3] = value;
}

export function writeInt64(bytes: Uint8Array, position: number, value: number): void {
  writeInt32(bytes, position, Math.floor(value / TWO_POW_32));
  writeInt32(bytes, position + 4, value | 0);
}
