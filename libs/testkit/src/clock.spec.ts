import { describe, expect, it } from "@jest/globals";
import { sleep } from "@millrace/ports";
import { ManualClock } from "./clock.ts";

describe("ManualClock", () => {
  it("runs timers in order of due time, then of setting, at their own time", () => {
    const clock = new ManualClock();
    const runs: string[] = [];
    const note = (name: string) => (): void => void runs.push(`${name}@${clock.monotonicMs()}`);
    clock.setTimer(20, note("late"));
    clock.setTimer(10, note("first"));
    clock.setTimer(10, note("second"));
    clock.tick(15);
    expect(runs).toEqual(["first@10", "second@10"]);
    clock.tick(5);
    expect(runs.at(-1)).toBe("late@20");
  });

  it("runs timers that a timer or a promise sets on the way", async () => {
    const clock = new ManualClock();
    const times: number[] = [];
    const loop = async (): Promise<void> => {
      for (let i = 0; i < 3; i++) {
        await sleep(clock, 100);
        times.push(clock.monotonicMs());
      }
    };
    const done = loop();
    await clock.advance(350);
    await done;
    expect(times).toEqual([100, 200, 300]);
  });

  it("does not run a cancelled timer", () => {
    const clock = new ManualClock();
    let ran = false;
    clock.setTimer(1, () => (ran = true)).cancel();
    clock.tick(10);
    expect([ran, clock.pendingTimers]).toEqual([false, 0]);
  });

  it("lets wall time jump while monotonic time goes on", () => {
    const clock = new ManualClock({ wallMs: 1_000 });
    clock.jumpWall(-500);
    clock.tick(10);
    expect([clock.wallMs(), clock.monotonicMs()]).toEqual([510, 10]);
  });
});
