import { describe, expect, it } from "@jest/globals";
import { fitLine } from "./fit.ts";

const of = (f: (x: number) => number) => [1, 10, 100, 1_000].map((x) => ({ x, y: f(x) }));

describe("fitLine", () => {
  it.each([
    [3, 0.5],
    [0, 2],
    [7, 0],
  ])("finds %d + %d x again", (constant, slope) => {
    const fit = fitLine(of((x) => constant + slope * x));
    expect(fit.constant).toBeCloseTo(constant);
    expect(fit.slope).toBeCloseTo(slope);
    expect(fit.r2).toBeCloseTo(1);
    expect(fit.at(50)).toBeCloseTo(constant + slope * 50);
  });

  it("fits in what x stands for", () => {
    expect(
      fitLine(
        of((x) => 2 + 8 / x),
        (x) => 1 / x,
      ).slope,
    ).toBeCloseTo(8);
  });

  it("does not let the greatest point decide alone", () => {
    // 10 % too much at the greatest would bend a plain line below zero at the least.
    const fit = fitLine(of((x) => (10 + x) * (x === 1_000 ? 1.1 : 1)));
    expect(Math.abs(fit.at(1) / 11 - 1)).toBeLessThan(0.1);
  });

  it("has no negative constant, and says how little a wrong line explains", () => {
    const fit = fitLine(of((x) => x ** 2));
    expect(fit.constant).toBe(0);
    expect(fit.r2).toBeLessThan(0.9);
  });
});
