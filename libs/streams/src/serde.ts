import type { FieldType, SerdeDescriptor } from "@millrace/model";

/** How bytes of a topic become values of type T and back. A value, so that the engine can see the fields that a job reads. */
export interface Serde<T> {
  readonly descriptor: SerdeDescriptor;
  /** Type only: what decoding gives. */
  readonly decoded?: () => T;
  /** Type only: what encoding takes. */
  readonly encodes?: (value: T) => void;
}

/** A field of a JSON object with a schema. */
export interface Field<T> {
  readonly type: FieldType;
  /** Type only. */
  readonly decoded?: () => T;
}

/** Field types. A timestamp is milliseconds since 1970 UTC in the job; in the JSON a number of them or an ISO 8601 string. */
export const t: {
  readonly string: Field<string>;
  readonly int: Field<number>;
  readonly double: Field<number>;
  readonly boolean: Field<boolean>;
  readonly timestamp: Field<number>;
  /** Any JSON value, parsed when it is read. */
  readonly json: Field<unknown>;
} = {
  string: { type: "string" },
  int: { type: "int" },
  double: { type: "double" },
  boolean: { type: "boolean" },
  timestamp: { type: "timestamp" },
  json: { type: "json" },
};

/** The object type that a set of fields describes. */
export type FieldsOf<F extends Readonly<Record<string, Field<unknown>>>> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

/** JSON objects with these fields, decoded lazily: a job pays for the fields that it reads. Others are ignored. */
export function json<F extends Readonly<Record<string, Field<unknown>>>>(fields: F): Serde<FieldsOf<F>>;
/** JSON values of a type that is only claimed, not checked: each record is parsed whole. */
export function json<T = unknown>(): Serde<T>;
export function json(fields?: Readonly<Record<string, Field<unknown>>>): { readonly descriptor: SerdeDescriptor } {
  if (fields === undefined) return { descriptor: { format: "json" } };
  const types = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.type]));
  return { descriptor: { format: "json", fields: types } };
}

/** MessagePack values of a type that is only claimed, not checked. Maps are objects. */
export function msgpack<T = unknown>(): Serde<T> {
  return { descriptor: { format: "msgpack" } };
}

/**
 * Avro's binary encoding under one schema (as parsed JSON, or its text), without a schema registry's header. Elements are plain objects; the type is
 * only claimed.
 */
export function avro<T = unknown>(schema: string | object): Serde<T> {
  return { descriptor: { format: "avro", schema: typeof schema === "string" ? schema : JSON.stringify(schema) } };
}

/**
 * A message of Protocol Buffers. `descriptors`: a FileDescriptorSet as base64, with what it imports (`protoc --include_imports --descriptor_set_out`, `buf build`).
 * Elements are the message's JSON mapping: names in lowerCamelCase, 64-bit integers as strings, enums by name; the type is only claimed.
 */
export function protobuf<T = unknown>(options: { readonly descriptors: string; readonly message: string }): Serde<T> {
  const { descriptors, message } = options;
  return { descriptor: { format: "protobuf", descriptors, message } };
}

/** UTF-8 text. */
export function string(): Serde<string> {
  return { descriptor: { format: "string" } };
}

/** The bytes as they are. They are valid during the batch only: copy what is kept. */
export function bytes(): Serde<Uint8Array> {
  return { descriptor: { format: "bytes" } };
}
