import { describe, expect, it } from "@jest/globals";
import { decodeNumber, encodeNumber } from "./number-value.ts";

describe("decodeNumber", () => {
  it("reads what was written", () => {
    for (const number of [0, 255, 256, 1_000_000_007]) expect(decodeNumber(encodeNumber(number, 40))).toBe(number);
  });

  it("refuses a damaged and a cut value", () => {
    const value = encodeNumber(77, 40);
    value[20] = 0;
    expect(() => decodeNumber(value)).toThrow("number 77 is damaged at byte 20");
    expect(() => decodeNumber(value.subarray(0, 5))).toThrow("never written");
  });
});
