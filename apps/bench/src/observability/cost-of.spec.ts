import { describe, expect, it } from "@jest/globals";
import { costOf, isBelow, type Pair } from "./cost-of.ts";

function pairsOf(percents: readonly number[]): readonly Pair[] {
  return percents.map((percent) => ({
    without: { cpuNsPerRecord: 2_000, recordsPerSecond: 1_000 },
    with: { cpuNsPerRecord: 2_000 * (1 + percent / 100), recordsPerSecond: 1_000 - 10 * percent },
  }));
}

const many = (percents: readonly number[]): readonly number[] => Array.from({ length: 6 }, () => percents).flat();

describe("costOf", () => {
  it("takes the median of each generation, whatever one bad slice says, and their mean", () => {
    const cost = costOf([pairsOf([1, 2, 2, 3, 90]), pairsOf([4, 4, 4])]);
    expect(cost.cpu).toBeCloseTo(3);
    expect(cost.throughput).toBeCloseTo(3.5);
    expect(cost.slices).toBe(8);
  });

  it("counts processes that differ among the chances", () => {
    const [least, greatest] = costOf([pairsOf(many([0])), pairsOf(many([4]))]).cpuBetween;
    expect([least, greatest].map(Math.round)).toEqual([0, 4]);
  });

  it.each([
    ["below, when all bounds are", many([0.1, 0.2, 0.3, 0.2]), 1, true],
    ["not below, when none is", many([4, 5, 4, 6, 5]), 3, false],
    ["unknown, when the goal is between them", many([-9, 12, 1, -6, 8]), 1, undefined],
    ["unknown after too few slices", [0.1, 0.1], 1, undefined],
  ] as const)("is %s", (_, percents, goal, expected) => {
    expect(isBelow(costOf([pairsOf(percents)]), goal)).toBe(expected);
  });
});
