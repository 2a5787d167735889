import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { varintBytes, VarintReader, varlongBytes, writeVarint, writeVarlong } from "./varint.ts";

/** The definition, in bigint: zigzag over 64 bits, then 7 bits a byte. */
function reference(value: bigint): number[] {
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  const bytes: number[] = [];
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return bytes;
}

function written(write: (bytes: Uint8Array, position: number, value: number) => number, value: number): number[] {
  const bytes = new Uint8Array(16);
  return [...bytes.subarray(0, write(bytes, 0, value))];
}

describe("varints", () => {
  it("are written, measured and read as zigzag defines them, for all 32-bit integers", () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.integer({ min: -200, max: 200 })), (value) => {
        const bytes = written(writeVarint, value);
        expect(bytes).toEqual(reference(BigInt(value)));
        expect(varintBytes(value)).toBe(bytes.length);
        const reader = new VarintReader(Uint8Array.from(bytes));
        expect(reader.readVarint()).toBe(value);
        expect(reader.position).toBe(bytes.length);
        expect(reader.malformed).toBe(false);
      }),
      { examples: [[0], [-1], [63], [-64], [64], [2 ** 31 - 1], [-(2 ** 31)]] },
    );
  });

  it("of 64 bits are written, measured and read as zigzag defines them, for all safe integers", () => {
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeInteger(), fc.integer()), (value) => {
        const bytes = written(writeVarlong, value);
        expect(bytes).toEqual(reference(BigInt(value)));
        expect(varlongBytes(value)).toBe(bytes.length);
        const reader = new VarintReader(Uint8Array.from(bytes));
        expect(reader.readVarlong()).toBe(value);
        expect(reader.position).toBe(bytes.length);
        expect(reader.malformed).toBe(false);
      }),
      {
        examples: [
          [2 ** 30],
          [2 ** 30 - 1],
          [-(2 ** 30)],
          [-(2 ** 30) - 1],
          [Number.MAX_SAFE_INTEGER],
          [Number.MIN_SAFE_INTEGER],
          [2 ** 52],
          [-(2 ** 52)],
        ],
      },
    );
  });

  const malformed: [string, "readVarint" | "readVarlong", number[]][] = [
    ["a varint of six bytes", "readVarint", [0x80, 0x80, 0x80, 0x80, 0x80, 0x01]],
    ["a varint above 32 bits", "readVarint", [0xff, 0xff, 0xff, 0xff, 0x10]],
    ["a varlong of eleven bytes", "readVarlong", [...Array.from({ length: 10 }, () => 0x80), 0x01]],
    ["a varlong above 2^53-1", "readVarlong", reference(2n ** 53n)],
    ["the lowest int64", "readVarlong", reference(-(2n ** 63n))],
  ];

  it.each(malformed)("tell of %s", (_, method, bytes) => {
    const reader = new VarintReader(Uint8Array.from(bytes));
    expect(reader[method]()).toBe(0);
    expect(reader.malformed).toBe(true);
  });

  it("move beyond a cut-off end instead of reading outside", () => {
    const reader = new VarintReader(Uint8Array.of(0x80, 0x80));
    reader.readVarint();
    expect(reader.position).toBeGreaterThan(2);
  });
});
