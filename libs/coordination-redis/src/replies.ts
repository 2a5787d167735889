import { assert } from "@millrace/stdx";

/** Parts of a reply as what they must be; anything else is a bug in a script or here. */
export function array(reply: unknown): readonly unknown[] {
  assert(Array.isArray(reply), () => `reply is not a list type=${typeof reply}`);
  return reply;
}

export function text(part: unknown): string {
  assert(typeof part === "string" || Buffer.isBuffer(part), () => `reply is not a string type=${typeof part}`);
  return part.toString();
}

export function bytes(part: unknown): Uint8Array {
  assert(Buffer.isBuffer(part), () => `reply is not bytes type=${typeof part}`);
  return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
}

export function integer(part: unknown): number {
  const value = typeof part === "number" ? part : Number(text(part));
  assert(Number.isSafeInteger(value), () => `reply is not an integer value=${value}`);
  return value;
}
