import type { FieldType, SerdeDescriptor } from "@millrace/model";
import { NO_VALUE_FORMATS, type ValueFormat, type ValueFormats } from "@millrace/ports";
import { INTERNED_LENGTH_MAX, SHAPE_MISSES_MAX, SHAPE_PAUSE_RECORDS } from "../limits.ts";
import { DecodeFailure, fieldsOfJson, parseJson } from "./json-fields.ts";
import { learnShape, ShapeReader } from "./json-shape.ts";
import { openFormat } from "./open-format.ts";
import { HASH_START, hashStep, StringInterner, textOfBytes } from "./string-interner.ts";

/** Value of bytes[start, end); throws `DecodeFailure`. */
export type ValueDecoder = (bytes: Uint8Array, start: number, end: number) => unknown;

/** Decoder of a source's keys or values. It keeps what it learned from earlier records: one per source task. */
export function createValueDecoder(serde: SerdeDescriptor, formats: ValueFormats = NO_VALUE_FORMATS): ValueDecoder {
  switch (serde.format) {
    case "bytes":
      return (bytes, start, end) => bytes.subarray(start, end);
    case "string":
      return createStringDecoder();
    case "json":
      return serde.fields === undefined
        ? (bytes, start, end) => parseJson(textOfBytes(bytes, start, end))
        : createFieldsDecoder(serde.fields);
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
  return (bytes, start, end) => {
    if (end - start > INTERNED_LENGTH_MAX) return textOfBytes(bytes, start, end); // not kept: no need of its hash
    let hash = HASH_START;
    for (let position = start; position < end; position++) {
      const byte = bytes[position] ?? 0;
      if (byte >= 0x80) return textOfBytes(bytes, start, end);
      hash = hashStep(hash, byte);
    }
    return interner.intern(bytes, start, end, hash);
  };
}

function createFieldsDecoder(schema: Readonly<Record<string, FieldType>>): ValueDecoder {
  const fields = Object.entries(schema);
  const types = new Map(fields);
  const interner = new StringInterner();
  const template = Object.fromEntries(fields.map(([name]) => [name, undefined]));
  let reader: ShapeReader | undefined;
  let misses = 0;
  let pause = 0;
  return (bytes, start, end) => {
    const value = reader?.read(bytes, start, end);
    if (value !== undefined) {
      misses = 0;
      return value;
    }
    const plain = fieldsOfJson(textOfBytes(bytes, start, end), fields);
    if (pause > 0) {
      pause--;
    } else {
      const shape = learnShape(bytes, start, end, types);
      if (shape !== undefined) reader = new ShapeReader(shape, template, interner);
      if (++misses >= SHAPE_MISSES_MAX) {
        misses = 0;
        pause = SHAPE_PAUSE_RECORDS;
      }
    }
    return plain;
  };
}
