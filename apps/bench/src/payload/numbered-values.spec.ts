import { describe, expect, it } from "@jest/globals";
import { numberAt, NumberedValues } from "./numbered-values.ts";

describe("NumberedValues", () => {
  it("gives back its number from anywhere in memory", () => {
    const values = new NumberedValues(100);
    for (const number of [0, 1, 1_024, 2 ** 52]) {
      const bytes = new Uint8Array([1, 2, 3, ...values.at(number)]);
      expect(numberAt(bytes, 3)).toBe(number);
    }
  });
});
