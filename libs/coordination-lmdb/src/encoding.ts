import type { Entry } from "@millrace/ports";

/** Who took the lease last, and its epoch. */
export interface Leader {
  readonly holder: string;
  readonly epoch: number;
}

export interface Lease {
  readonly holder: string;
  readonly endMs: number;
  readonly ttlMs: number;
}

const VERSION_BYTES = 8;

/** Version as a float64 (exact to 2^53), then the value. */
export function encodeEntry(version: number, value: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(VERSION_BYTES + value.length);
  bytes.writeDoubleBE(version);
  bytes.set(value, VERSION_BYTES);
  return bytes;
}

export function decodeEntry(key: string, bytes: Buffer): Entry {
  return { key, version: bytes.readDoubleBE(), value: Uint8Array.prototype.slice.call(bytes, VERSION_BYTES) };
}

export function encodeJson(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

export function decodeJson(bytes: Buffer): unknown {
  return JSON.parse(bytes.toString());
}
