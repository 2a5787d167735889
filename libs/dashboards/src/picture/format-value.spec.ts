import { describe, expect, it } from "@jest/globals";
import { formatValue } from "./format-value.ts";

const cases: readonly (readonly [value: number, unit: string, shown: string])[] = [
  [0, "short", "0"],
  [1_234, "short", "1.23 k"],
  [3, "short", "3"],
  [0.000_25, "s", "250 µs"],
  [0.0123, "s", "12.3 ms"],
  [601, "s", "10 min"],
  [1_572_864, "bytes", "1.5 MiB"],
  [12, "bytes", "12 B"],
  [2_048, "Bps", "2 KiB/s"],
  [200, "cps", "200/s"],
  [0.256, "percentunit", "25.6 %"],
];

describe("formatValue", () => {
  it.each(cases)("shows %s in %s as %s", (value, unit, shown) => {
    expect(formatValue(value, unit)).toBe(shown);
  });
});
