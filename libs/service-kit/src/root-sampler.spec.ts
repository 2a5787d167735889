import { describe, expect, it } from "@jest/globals";
import { SeededRandom } from "@millrace/testkit";
import { TRACES_PER_SECOND_MAX } from "./limits.ts";
import { RootSampler } from "./root-sampler.ts";

const ASKED = 100_000;

function wanted(ratio: number, askedPerSecond: number): number {
  const random = new SeededRandom(7);
  let asked = 0;
  const sampler = new RootSampler(ratio, { random: () => random.next(), nowMs: () => (asked * 1_000) / askedPerSecond });
  let count = 0;
  for (asked = sampler.draw(); asked < ASKED; asked += 1 + sampler.draw()) if (sampler.hasRoom()) count++;
  return count;
}

describe("RootSampler", () => {
  it.each([
    [0.01, 1_000],
    [0.25, 25_000],
  ])("wants the share %d of what begins", (ratio, expected) => {
    const spread = 6 * Math.sqrt(ASKED * ratio * (1 - ratio)); // six times the standard deviation
    const count = wanted(ratio, TRACES_PER_SECOND_MAX);
    expect(Math.abs(count - expected)).toBeLessThan(spread);
  });

  it("wants all, or none", () => {
    expect(wanted(1, 1_000_000)).toBe(ASKED);
    expect(wanted(0, 1)).toBe(0);
  });

  it("wants no more in a second than can be sent", () => {
    expect(wanted(0.5, ASKED / 4)).toBe(4 * TRACES_PER_SECOND_MAX);
  });

  it("spreads them over the second", () => {
    expect(wanted(0.5, ASKED * 5)).toBe((2 * TRACES_PER_SECOND_MAX) / 10);
  });
});
