import { describe, expect, it } from "@jest/globals";
import { AppError } from "@millrace/model";
import { ARRAY_ELEMENTS_MAX } from "./limits.ts";
import { WireReader } from "./wire-reader.ts";

const readerOf = (digits: string): WireReader => new WireReader(new Uint8Array(Buffer.from(digits.replaceAll(" ", ""), "hex")));

function errorOf(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

describe("WireReader", () => {
  it.each([
    ["00", 0],
    ["7f", 127],
    ["80 01", 128],
    ["ff ff ff ff 0f", 0xffffffff],
  ])("reads the varint %s", (digits, value) => {
    expect(readerOf(digits).readUvarint()).toBe(value);
  });

  it.each([
    ["0020000000000000", Number.MAX_SAFE_INTEGER],
    ["7fffffffffffffff", Number.MAX_SAFE_INTEGER],
    ["8000000000000000", Number.MIN_SAFE_INTEGER],
    ["001fffffffffffff", Number.MAX_SAFE_INTEGER],
    ["ffe0000000000001", Number.MIN_SAFE_INTEGER],
    ["ffffffffffffffff", -1],
    ["fffffffffffffffe", -2],
    ["00000000ffffffff", 4_294_967_295],
  ])("reads the 64-bit %s as a safe integer", (digits, value) => {
    expect(readerOf(digits).readInt64()).toBe(value);
  });

  const refusals: readonly (readonly [string, string, (reader: WireReader) => unknown])[] = [
    ["a value cut short", "0000", (reader) => reader.readInt32()],
    ["a varint of six bytes", "ffffffffff01", (reader) => reader.readUvarint()],
    ["a varint over 32 bits", "ffffffff1f", (reader) => reader.readUvarint()],
    ["a string longer than the frame", "7fff 41", (reader) => reader.readString(false)],
    ["a compact string longer than the frame", "ffffffff0f 41", (reader) => reader.readString(true)],
    ["a string of negative length", "fffe", (reader) => reader.readNullableString(false)],
    ["null where none may be", "ffff", (reader) => reader.readString(false)],
    ["compact null where none may be", "00", (reader) => reader.readBytes(true)],
    ["bytes of 2 GiB", "7fffffff", (reader) => reader.readBytes(false)],
    ["an array of more elements than bytes", "00000003 0000", (reader) => reader.readArrayCount(false)],
    ["an array of negative count", "fffffffe", (reader) => reader.readNullableArrayCount(false)],
    ["more tagged fields than fit", "7f 00", (reader) => reader.readTagCount()],
    ["a tagged field longer than the frame", "00 05 00", (reader) => reader.readTag()],
    ["a nullable struct of another mark", "02", (reader) => reader.readIsPresent()],
  ];
  it.each(refusals)("refuses %s", (_, digits, read) => {
    const reader = readerOf(digits);
    reader.what = "SomeRequest v1";
    const error = errorOf(() => read(reader));
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ kind: "invalid", code: "malformed-kafka-frame", context: { where: "SomeRequest v1" } });
  });

  it("counts the elements of all arrays of a frame together", () => {
    const bytes = new Uint8Array(ARRAY_ELEMENTS_MAX + 8);
    const view = new DataView(bytes.buffer);
    view.setInt32(0, ARRAY_ELEMENTS_MAX - 1);
    view.setInt32(4, 2);
    const reader = new WireReader(bytes);
    expect(reader.readArrayCount(false)).toBe(ARRAY_ELEMENTS_MAX - 1);
    expect(() => reader.readArrayCount(false)).toThrow("too many array elements");
  });

  it("keeps a byte order mark and replaces bytes that are no text", () => {
    expect(readerOf("0003 efbbbf").readString(false)).toBe("\ufeff");
    expect(readerOf("0002 41ff").readString(false)).toBe("A\ufffd");
  });
});
