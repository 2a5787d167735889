import { AppError } from "./errors.ts";

/** A key as a JavaScript primitive: two keys are the same key iff their canonical forms are the same to a `Map`. */
export type CanonicalKey = string | number | bigint | boolean | null;

const ESCAPE = "\u0000";

/**
 * The primitive that stands for a key. Strings, numbers, bigints, booleans and null stand for themselves (a `Map` keeps 1, 1n and "1" apart, and
 * takes -0 for 0 and NaN for itself, as the rules want); bytes, dates, arrays and plain objects become a string that starts with NUL,
 * and a string that starts so is escaped. Fields of an object count in order of name.
 */
export function canonicalKey(key: unknown): CanonicalKey {
  switch (typeof key) {
    case "string":
      return key.charCodeAt(0) === 0 ? `${ESCAPE}s${key}` : key;
    case "number":
    case "bigint":
    case "boolean":
      return key;
    default:
      return key === null ? null : ESCAPE + compositeText(key);
  }
}

/** Text of any key, injective: every part starts with a letter of its type and says its length or ends with a terminator. */
export function compositeText(key: unknown): string {
  switch (typeof key) {
    case "string":
      return `s${key.length}:${key}`;
    case "number":
      return `n${key === 0 ? "0" : String(key)};`; // the shortest text that reads back as the same number is unique
    case "bigint":
      return `i${key};`;
    case "boolean":
      return key ? "T" : "F";
    case "object":
      return key === null ? "N" : objectText(key);
    default:
      throw invalidKey(key);
  }
}

function objectText(key: object): string {
  if (Array.isArray(key)) return `a${key.length}:${(key as unknown[]).map(compositeText).join("")}`;
  if (key instanceof Uint8Array) return `b${key.length}:${Array.from(key, (byte) => String.fromCharCode(byte)).join("")}`;
  if (key instanceof Date) return `d${key.getTime()};`;
  if (!isPlainObject(key)) throw invalidKey(key);
  const fields = Object.entries(key).sort(([a], [b]) => (a < b ? -1 : 1));
  return `o${fields.length}:${fields.map(([name, value]) => compositeText(name) + compositeText(value)).join("")}`;
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function invalidKey(got: unknown): AppError {
  return new AppError({
    kind: "invalid",
    code: "invalid-key",
    message: "a key must be a string, number, bigint, boolean, null, bytes, Date, or an array or object of these",
    context: { got: typeof got },
  });
}
