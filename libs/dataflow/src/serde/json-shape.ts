import type { FieldType } from "@millrace/model";
import { endOfPlainString, endOfScalar, type ScalarReader } from "./json-scalar.ts";
import { textOfBytes } from "./string-interner.ts";

/** Reads one record; undefined: it has another shape or anything out of the ordinary, and the plain way decides. */
export type RecordReader = (bytes: Uint8Array, start: number, end: number) => Record<string, unknown> | undefined;

/** What is wanted of one value of a shape; undefined: skip it. */
interface ShapeField {
  /** The exact bytes before the value: comma, key, colon and the blanks between. */
  readonly prefix: Uint8Array;
  readonly name: string;
  readonly type: FieldType | undefined;
}

/**
 * The layout that a flat JSON object was written in: keys, their order and the blanks between. Records of one producer share it, so that a record is
 * decoded by comparing these bytes and reading the values between, without building what nobody asked for.
 */
export interface JsonShape {
  readonly fields: readonly ShapeField[];
  readonly suffix: Uint8Array;
}

const QUOTE = 0x22;

/** Learns the shape of a record that is known to be valid JSON with all fields; undefined if it is not flat, or its keys need decoding. */
export function learnShape(bytes: Uint8Array, start: number, end: number, types: ReadonlyMap<string, FieldType>): JsonShape | undefined {
  const fields: ShapeField[] = [];
  const seen = new Set<string>();
  let position = start;
  for (;;) {
    const keyStart = bytes.indexOf(QUOTE, position);
    if (keyStart < 0 || keyStart >= end) break;
    const keyEnd = endOfPlainString(bytes, keyStart + 1, end);
    if (keyEnd < 0) return undefined;
    let valueStart = keyEnd + 1;
    while (valueStart < end && (isBlank(bytes[valueStart]) || bytes[valueStart] === 0x3a)) valueStart++;
    const valueEnd = endOfScalar(bytes, valueStart, end);
    if (valueEnd < 0) return undefined;
    const name = textOfBytes(bytes, keyStart + 1, keyEnd);
    if (seen.has(name)) return undefined; // the last one of the same name counts: leave that to JSON.parse
    seen.add(name);
    fields.push({ prefix: bytes.slice(position, valueStart), name, type: types.get(name) });
    position = valueEnd;
  }
  const hasAll = Array.from(types).every(([name, type]) => type !== "json" && seen.has(name));
  return hasAll ? { fields, suffix: bytes.slice(position, end) } : undefined;
}

/** A reader of records of one shape, whose object is equal to what `fieldsOfJson` gives. It walks the shape; `createGeneratedReader` has code for each. */
export function createShapeReader(shape: JsonShape, names: readonly string[], reader: ScalarReader): RecordReader {
  const { fields, suffix } = shape;
  const template = Object.fromEntries(names.map((name) => [name, undefined as unknown]));
  return (bytes, start, end) => {
    const result: Record<string, unknown> = { ...template };
    let position = start;
    for (const { prefix, name, type } of fields) {
      if (position + prefix.length >= end || !startsWith(bytes, position, prefix)) return undefined;
      position += prefix.length;
      if (type === undefined) {
        position = reader.skip(bytes, position, end);
      } else {
        result[name] = reader[type](bytes, position, end);
        position = reader.end;
      }
      if (position < 0) return undefined;
    }
    return end - position === suffix.length && startsWith(bytes, position, suffix) ? result : undefined;
  };
}

/** Whether records of one are records of the other. */
export function isSameShape(left: JsonShape, right: JsonShape): boolean {
  return (
    left.fields.length === right.fields.length &&
    isSame(left.suffix, right.suffix) &&
    left.fields.every(({ prefix }, index) => isSame(prefix, right.fields[index]?.prefix ?? prefix))
  );
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && startsWith(left, 0, right);
}

function startsWith(bytes: Uint8Array, position: number, expected: Uint8Array): boolean {
  for (let index = 0; index < expected.length; index++) if (bytes[position + index] !== expected[index]) return false;
  return true;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
