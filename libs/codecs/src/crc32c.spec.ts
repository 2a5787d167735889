import { describe, expect, it } from "@jest/globals";
import { crc32c as crc32cNative } from "@node-rs/crc32";
import fc from "fast-check";
import { crc32c } from "./crc32c.ts";
import { crc32cInScript } from "./crc32c-table.ts";

// RFC 3720, appendix B.4, and the usual check value.
const vectors: [string, Uint8Array, number][] = [
  ["nothing", new Uint8Array(0), 0],
  ["123456789", new TextEncoder().encode("123456789"), 0xe3069283],
  ["32 zeros", new Uint8Array(32), 0x8a9136aa],
  ["32 times 0xff", new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ["0 to 31", Uint8Array.from({ length: 32 }, (_, index) => index), 0x46dd794e],
];

describe("crc32c", () => {
  it.each(vectors)("has the known value for %s", (_, bytes, expected) => {
    expect([crc32c(bytes), crc32cInScript(bytes), crc32cNative(bytes)]).toEqual([expected, expected, expected]);
  });

  it("is the same in script and native, at each length around the switch and for views on larger buffers", () => {
    const bytes = Uint8Array.from({ length: 600 }, (_, index) => (index * 167 + (index >> 3)) & 0xff);
    for (let length = 0; length <= 400; length++) {
      const part = bytes.subarray(length % 13, (length % 13) + length);
      expect([crc32c(part), crc32cInScript(part)]).toEqual([crc32cNative(part), crc32cNative(part)]);
    }
  });

  it("is the same in script and native for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5_000 }), (bytes) => {
        expect(crc32cInScript(bytes)).toBe(crc32cNative(bytes));
      }),
    );
  });
});
