import { describe, expect, it } from "@jest/globals";
import { ManualClock } from "@millrace/testkit";
import { Throttle } from "./throttle.ts";

describe("Throttle", () => {
  it("lets the next bytes wait until those before are paid off", async () => {
    const clock = new ManualClock();
    const throttle = new Throttle(1_000, clock);
    expect(throttle.waitMs).toBe(0);
    throttle.charge(500);
    expect(throttle.waitMs).toBe(500);
    throttle.charge(1_000);
    expect(throttle.waitMs).toBe(1_500);
    await clock.advance(1_400);
    expect(throttle.waitMs).toBe(100);
    await clock.advance(10_000); // what was not used is not saved up
    throttle.charge(1_000);
    expect(throttle.waitMs).toBe(1_000);
  });

  it("of no rate never waits", () => {
    const throttle = new Throttle(0, new ManualClock());
    throttle.charge(1e9);
    expect(throttle.waitMs).toBe(0);
  });
});
