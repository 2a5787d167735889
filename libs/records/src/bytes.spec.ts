import { describe, expect, it } from "@jest/globals";
import { readInt16, readInt32, readInt64, readInt8, readUint32, writeInt16, writeInt32, writeInt64 } from "./bytes.ts";

const int64Cases = [0, 1, -1, -2, 255, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 32 - 1, -(2 ** 32), 2 ** 53 - 1, -(2 ** 53) + 1];

describe("64-bit integers as numbers", () => {
  it.each(int64Cases)("are laid out as a DataView lays them out: %d", (value) => {
    const bytes = new Uint8Array(10);
    writeInt64(bytes, 1, value);
    expect(new DataView(bytes.buffer).getBigInt64(1)).toBe(BigInt(value));
    expect(readInt64(bytes, 1)).toBe(value);
  });
});

describe("shorter integers", () => {
  it.each([0, 1, -1, 127, -128, 32_767, -32_768])("16 bits: %d", (value) => {
    const bytes = new Uint8Array(2);
    writeInt16(bytes, 0, value);
    expect(new DataView(bytes.buffer).getInt16(0)).toBe(value);
    expect(readInt16(bytes, 0)).toBe(value);
  });

  it.each([0, 1, -1, 2 ** 31 - 1, -(2 ** 31)])("32 bits: %d", (value) => {
    const bytes = new Uint8Array(4);
    writeInt32(bytes, 0, value);
    expect(new DataView(bytes.buffer).getInt32(0)).toBe(value);
    expect(readInt32(bytes, 0)).toBe(value);
    expect(readUint32(bytes, 0)).toBe(value >>> 0);
  });

  it("reads a sign from 8 bits", () => {
    expect(readInt8(new Uint8Array([0xff]), 0)).toBe(-1);
    expect(readInt8(new Uint8Array([2]), 0)).toBe(2);
  });
});
