import { type CanonicalKey, compositeText } from "@millrace/model";

/**
 * Keys of a table in the state store: table id (4 bytes), space (1 byte), then what the space is ordered by. Numbers are written so that their bytes sort as they do.
 *
 *   rows    position → key and value        in order of first `set`
 *   index   key      → position
 *   changes position → what the next checkpoint says of that position
 *   timers  time, key → key
 */
export const SPACE = { rows: 0, index: 1, changes: 2, timers: 3, end: 4 } as const;

const PREFIX_BYTES = 5;
const NUMBER_BYTES = 8;
const HASHED_HEAD_BYTES = 256;
const encoder = new TextEncoder();

export function spaceStart(table: number, space: number): Uint8Array {
  const bytes = new Uint8Array(PREFIX_BYTES);
  new DataView(bytes.buffer).setUint32(0, table);
  bytes[4] = space;
  return bytes;
}

/** Position or time in a space. */
export function numberKey(table: number, space: number, value: number): Uint8Array {
  const bytes = new Uint8Array(PREFIX_BYTES + NUMBER_BYTES);
  writePrefix(bytes, table, space);
  writeSortable(bytes, value);
  return bytes;
}

export function numberOf(key: Uint8Array): number {
  const view = new DataView(new ArrayBuffer(NUMBER_BYTES));
  const isNegative = ((key[PREFIX_BYTES] ?? 0) & 0x80) === 0;
  for (let i = 0; i < NUMBER_BYTES; i++) view.setUint8(i, key[PREFIX_BYTES + i] ?? 0);
  view.setUint8(0, view.getUint8(0) ^ 0x80);
  if (isNegative) for (let i = 0; i < NUMBER_BYTES; i++) view.setUint8(i, view.getUint8(i) ^ (i === 0 ? 0x7f : 0xff));
  return view.getFloat64(0);
}

/** A key of user code in the index. Longer ones than `keyBytesMax` become their head and a 128 bit hash; who reads compares the key itself. */
export function indexKey(table: number, canonical: CanonicalKey, keyBytesMax: number): Uint8Array {
  return withText(new Uint8Array(PREFIX_BYTES), table, SPACE.index, textOf(canonical, keyBytesMax - PREFIX_BYTES));
}

export function timerKey(table: number, timeMs: number, canonical: CanonicalKey, keyBytesMax: number): Uint8Array {
  const head = numberKey(table, SPACE.timers, timeMs);
  return withText(head, table, SPACE.timers, textOf(canonical, keyBytesMax - head.length));
}

function withText(head: Uint8Array, table: number, space: number, text: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + text.length);
  bytes.set(head);
  writePrefix(bytes, table, space);
  bytes.set(text, head.length);
  return bytes;
}

function textOf(canonical: CanonicalKey, bytesMax: number): Uint8Array {
  const text = encoder.encode(compositeText(canonical));
  if (text.length <= bytesMax) return text;
  const hashed = new Uint8Array(HASHED_HEAD_BYTES + 16);
  hashed.set(text.subarray(0, HASHED_HEAD_BYTES));
  const view = new DataView(hashed.buffer);
  for (let lane = 0; lane < 4; lane++) view.setUint32(HASHED_HEAD_BYTES + 4 * lane, fnv(text, lane));
  return hashed;
}

function fnv(bytes: Uint8Array, seed: number): number {
  let hash = 0x811c9dc5 ^ Math.imul(seed + 1, 0x9e3779b1);
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

function writePrefix(bytes: Uint8Array, table: number, space: number): void {
  bytes[0] = table >>> 24;
  bytes[1] = table >>> 16;
  bytes[2] = table >>> 8;
  bytes[3] = table;
  bytes[4] = space;
}

/** IEEE 754 with the sign bit turned, and all others too for negative numbers: bytes sort as numbers do. */
function writeSortable(bytes: Uint8Array, value: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + PREFIX_BYTES, NUMBER_BYTES);
  view.setFloat64(0, value === 0 ? 0 : value);
  const isNegative = view.getUint8(0) >= 0x80;
  view.setUint8(0, view.getUint8(0) ^ 0x80);
  if (isNegative) for (let i = 0; i < NUMBER_BYTES; i++) view.setUint8(i, view.getUint8(i) ^ (i === 0 ? 0x7f : 0xff));
}
