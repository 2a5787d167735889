import type { Read } from "@millrace/checkers";

const BYTES_MIN = 6;

/** A value as bytes: its number, and a filling that only this number has, so that any change shows. */
export function encodeValue(value: number, fillBytes: number): Uint8Array {
  const bytes = new Uint8Array(BYTES_MIN + fillBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, value);
  view.setUint16(4, fillBytes);
  for (let at = 0; at < fillBytes; at++) bytes[BYTES_MIN + at] = fillOf(value, at);
  return bytes;
}

/** What was read, with what is wrong with it. */
export function readOf(offset: number, bytes: Uint8Array | null): Read {
  if (bytes === null || bytes.length < BYTES_MIN) return [offset, -1, "no value"];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const value = view.getUint32(0);
  const fillBytes = view.getUint16(4);
  if (bytes.length !== BYTES_MIN + fillBytes) return [offset, value, `has ${bytes.length} bytes`];
  for (let at = 0; at < fillBytes; at++) if (bytes[BYTES_MIN + at] !== fillOf(value, at)) return [offset, value, `differs at byte ${at}`];
  return [offset, value];
}

function fillOf(value: number, at: number): number {
  return (value * 31 + at * 7) & 0xff;
}
