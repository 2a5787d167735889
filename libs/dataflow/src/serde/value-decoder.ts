import type { FieldType, SerdeDescriptor } from "@millrace/model";
import { NO_VALUE_FORMATS, type ValueFormat, type ValueFormats } from "@millrace/ports";
import {
  GENERATED_AFTER_RECORDS,
  GENERATED_FIELDS_MAX,
  INTERNED_LENGTH_MAX,
  INTERNED_PAUSE,
  INTERNED_SAMPLE,
  SHAPE_MISSES_MAX,
  SHAPE_PAUSE_RECORDS,
} from "../limits.ts";
import { DecodeFailure, fieldsOfJson, parseJson } from "./json-fields.ts";
import { learnShape } from "./json-shape.ts";
import { openFormat } from "./open-format.ts";
import { canGenerateCode } from "./shape-code.ts";
import { ShapeReaders } from "./shape-readers.ts";
import { HASH_START, hashStep, StringInterner, textOfBytes } from "./string-interner.ts";

/** Value of bytes[start, end); throws `DecodeFailure`. */
export type ValueDecoder = (bytes: Uint8Array, start: number, end: number) => unknown;

/** Records of one shape after which code is made for it; both ways give the same. */
const GENERATED_AFTER = canGenerateCode() ? GENERATED_AFTER_RECORDS : Infinity;

/** Decoder of a source's keys or values. It keeps what it learned from earlier records: one per source task. */
export function createValueDecoder(
  serde: SerdeDescriptor,
  formats: ValueFormats = NO_VALUE_FORMATS,
  generatedAfter = GENERATED_AFTER,
): ValueDecoder {
  switch (serde.format) {
    case "bytes":
      return (bytes, start, end) => bytes.subarray(start, end);
    case "string":
      return createStringDecoder();
    case "json":
      return serde.fields === undefined
        ? (bytes, start, end) => parseJson(textOfBytes(bytes, start, end))
        : createFieldsDecoder(serde.fields, generatedAfter);
    default:
      return createFormatDecoder(openFormat(serde, formats));
  }
}

/** A format that needs a library; whatever it throws is about these bytes. */
function createFormatDecoder(format: ValueFormat): ValueDecoder {
  return (bytes, start, end) => {
    try {
      return format.decode(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
    } catch (error) {
      throw new DecodeFailure(error instanceof Error ? error.message : String(error));
    }
  };
}

function createStringDecoder(): ValueDecoder {
  const interner = new StringInterner();
  let asked = 0;
  let pause = 0;
  return (bytes, start, end) => {
    if (end - start > INTERNED_LENGTH_MAX || pause > 0) {
      if (pause > 0) pause--;
      return textOfBytes(bytes, start, end); // not kept: no need of its hash
    }
    if (++asked === INTERNED_SAMPLE) {
      if (interner.misses > INTERNED_SAMPLE / 2) pause = INTERNED_PAUSE; // free text, that does not repeat
      asked = 0;
      interner.misses = 0;
    }
    let hash = HASH_START;
    for (let position = start; position < end; position++) {
      const byte = bytes[position] ?? 0;
      if (byte >= 0x80) return textOfBytes(bytes, start, end);
      hash = hashStep(hash, byte);
    }
    return interner.intern(bytes, start, end, hash);
  };
}

function createFieldsDecoder(schema: Readonly<Record<string, FieldType>>, generatedAfter: number): ValueDecoder {
  const fields = Object.entries(schema);
  const types = new Map(fields);
  const readers = new ShapeReaders(
    fields.map(([name]) => name),
    fields.length <= GENERATED_FIELDS_MAX ? generatedAfter : Infinity,
  );
  let misses = 0;
  let pause = 0;
  return (bytes, start, end) => {
    const value = readers.read(bytes, start, end);
    if (value !== undefined) {
      misses = 0;
      return value;
    }
    const plain = fieldsOfJson(textOfBytes(bytes, start, end), fields);
    if (pause > 0) {
      pause--;
    } else {
      const shape = learnShape(bytes, start, end, types);
      if (shape !== undefined) readers.learn(shape);
      if (++misses >= SHAPE_MISSES_MAX) {
        misses = 0;
        pause = SHAPE_PAUSE_RECORDS;
      }
    }
    return plain;
  };
}
