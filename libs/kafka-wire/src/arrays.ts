import type { WireReader } from "./wire-reader.ts";
import type { WireWriter } from "./wire-writer.ts";

/** Reads one element of an array in one version. */
export type DecodeElement<T> = (reader: WireReader, version: number) => T;
/** Writes one element of an array in one version. */
export type EncodeElement<T> = (writer: WireWriter, value: T, version: number) => void;

/** An array that may not be null. Grows as elements decode: nothing is allocated for the count. */
export function decodeArray<T>(reader: WireReader, isFlexible: boolean, version: number, decode: DecodeElement<T>): T[] {
  const values: T[] = [];
  for (let left = reader.readArrayCount(isFlexible); left > 0; left--) values.push(decode(reader, version));
  return values;
}

export function decodeNullableArray<T>(reader: WireReader, isFlexible: boolean, version: number, decode: DecodeElement<T>): T[] | null {
  const count = reader.readNullableArrayCount(isFlexible);
  if (count === -1) return null;
  const values: T[] = [];
  for (let left = count; left > 0; left--) values.push(decode(reader, version));
  return values;
}

export function encodeArray<T>(
  writer: WireWriter,
  values: readonly T[],
  isFlexible: boolean,
  version: number,
  encode: EncodeElement<T>,
): void {
  writer.writeArrayCount(values.length, isFlexible);
  for (const value of values) encode(writer, value, version);
}

export function encodeNullableArray<T>(
  writer: WireWriter,
  values: readonly T[] | null,
  isFlexible: boolean,
  version: number,
  encode: EncodeElement<T>,
): void {
  if (values === null) writer.writeArrayCount(-1, isFlexible);
  else encodeArray(writer, values, isFlexible, version, encode);
}

export const decodeInt8 = (reader: WireReader): number => reader.readInt8();
export const decodeInt16 = (reader: WireReader): number => reader.readInt16();
export const decodeInt32 = (reader: WireReader): number => reader.readInt32();
export const decodeInt64 = (reader: WireReader): number => reader.readInt64();
export const decodeUuid = (reader: WireReader): string => reader.readUuid();
export const decodeClassicString = (reader: WireReader): string => reader.readString(false);
export const decodeCompactString = (reader: WireReader): string => reader.readString(true);
export const encodeInt8 = (writer: WireWriter, value: number): void => writer.writeInt8(value);
export const encodeInt16 = (writer: WireWriter, value: number): void => writer.writeInt16(value);
export const encodeInt32 = (writer: WireWriter, value: number): void => writer.writeInt32(value);
export const encodeInt64 = (writer: WireWriter, value: number): void => writer.writeInt64(value);
export const encodeUuid = (writer: WireWriter, value: string): void => writer.writeUuid(value);
export const encodeClassicString = (writer: WireWriter, value: string): void => writer.writeString(value, false);
export const encodeCompactString = (writer: WireWriter, value: string): void => writer.writeString(value, true);
