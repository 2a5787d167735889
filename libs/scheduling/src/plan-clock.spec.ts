import { describe, expect, it } from "@jest/globals";
import { PlanClock } from "./plan-clock.ts";

/** Time after each step: [how much passes, what the wall clock says then]. */
function check(steps: readonly (readonly [passesMs: number, wallMs: number])[], floorMs = 0): number[] {
  const clock = new PlanClock();
  let monotonicMs = 0;
  return steps.map(([passesMs, wallMs]) => Math.round(clock.at({ wallMs, monotonicMs: (monotonicMs += passesMs) }, floorMs)));
}

describe("PlanClock.at", () => {
  it("is the wall clock's time, also when that is set forward", () => {
    expect(check([[0, 5_000], [100, 5_100], [100, 90_000]])).toEqual([5_000, 5_100, 90_000]); // prettier-ignore
  });

  it("goes on slower than time when the clock is set back, and meets it again", () => {
    expect(check([[0, 5_000], [1_000, 4_900], [1_000, 5_900], [9_000, 14_900]])).toEqual([5_000, 5_900, 6_800, 14_900]); // prettier-ignore
  });

  it("begins at the time of the last batch, whatever the clock says", () => {
    expect(check([[0, 5_000], [1_000, 6_000]], 50_000)).toEqual([50_000, 50_900]); // prettier-ignore
  });
});

describe("PlanClock.realMs", () => {
  it("is longer while this clock is slower than time", () => {
    const clock = new PlanClock();
    clock.at({ wallMs: 5_000, monotonicMs: 0 }, 0);
    expect(clock.realMs(900)).toBe(900);
    clock.at({ wallMs: 0, monotonicMs: 10 }, 0);
    expect(clock.realMs(900)).toBe(1_000);
  });
});
