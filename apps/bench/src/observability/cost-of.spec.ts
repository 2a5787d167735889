import { describe, expect, it } from "@jest/globals";
import { costOf, isBelow } from "./cost-of.ts";

function roundsOf(percents: readonly number[]) {
  return percents.map((percent) => ({
    without: { cpuSecondsPerRecord: 2e-6, recordsPerSecond: 1_000 },
    with: { cpuSecondsPerRecord: 2e-6 * (1 + percent / 100), recordsPerSecond: 1_000 - 10 * percent },
  }));
}

describe("costOf", () => {
  it("takes the median over the rounds, whatever one bad round says", () => {
    const cost = costOf(roundsOf([1, 2, 2, 3, 90]));
    expect(cost.cpu).toBeCloseTo(2);
    expect(cost.throughput).toBeCloseTo(2);
  });

  it.each([
    ["below, when all bounds are", [0.1, 0.2, 0.3, 0.2, 0.1, 0.2, 0.3, 0.1], 1, true],
    ["not below, when none is", [4, 5, 4, 6, 5, 4, 5, 4], 3, false],
    ["unknown, when the goal is between them", [-5, 6, -4, 5, 1, -6, 4, 3], 1, undefined],
    ["unknown after too few rounds", [0.1, 0.1], 1, undefined],
  ] as const)("is %s", (_, percents, goal, expected) => {
    expect(isBelow(costOf(roundsOf(percents)), goal)).toBe(expected);
  });
});
