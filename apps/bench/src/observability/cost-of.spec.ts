import { describe, expect, it } from "@jest/globals";
import { costOf, isBelow, isNarrow, type Pair } from "./cost-of.ts";

function pairsOf(percents: readonly number[]): readonly Pair[] {
  return percents.map((percent) => ({
    without: { cpuNsPerRecord: 2_000, recordsPerSecond: 1_000 },
    with: { cpuNsPerRecord: 2_000 * (1 + percent / 100), recordsPerSecond: 1_000 - 10 * percent },
  }));
}

const many = (percents: readonly number[]): readonly number[] => Array.from({ length: 6 }, () => percents).flat();

describe("costOf", () => {
  it("takes the mean of the pairs without the least and the greatest, whatever one bad slice says", () => {
    const cost = costOf(pairsOf([1, 2, 2, 5, 90]));
    expect(cost.cpu).toBeCloseTo(3);
    expect(cost.throughput).toBeCloseTo(2);
    expect(cost.slices).toBe(5);
  });

  it("has narrower bounds with more pairs, around what it says", () => {
    const widthOf = (count: number): number => {
      const { cpu, cpuBetween } = costOf(pairsOf(Array.from({ length: count }, (_, index) => ((index * 7) % 13) - 6)));
      expect(cpuBetween[0]).toBeLessThan(cpu);
      expect(cpuBetween[1]).toBeGreaterThan(cpu);
      return cpuBetween[1] - cpuBetween[0];
    };
    expect(widthOf(400)).toBeLessThan(widthOf(40) / 2);
  });

  it.each([
    ["below, when all bounds are", many([0.1, 0.2, 0.3, 0.2]), 1, true],
    ["not below, when none is", many([4, 5, 4, 6, 5]), 3, false],
    ["unknown, when the goal is between them", many([-9, 12, 1, -6, 8]), 1, undefined],
    ["unknown after too few slices", [0.1, 0.1], 1, undefined],
  ] as const)("is %s", (_, percents, goal, expected) => {
    expect(isBelow(costOf(pairsOf(percents)), goal)).toBe(expected);
  });

  it.each([
    ["enough, when the bounds are close, also above the goal", many([4, 4.1, 4, 4.2]), 1, true],
    ["not enough, when they are not", many([-9, 12, 1, -6, 8]), 1, false],
    ["not enough after too few slices", [0.1, 0.1], 1, false],
  ] as const)("is %s", (_, percents, goal, expected) => {
    expect(isNarrow(costOf(pairsOf(percents)), goal)).toBe(expected);
  });
});
