import { describe, expect, it } from "@jest/globals";
import { Machine } from "./machine.ts";
import { Scheduler } from "./scheduler.ts";
import { SimProcess } from "./sim-process.ts";
import { Trace } from "./trace.ts";

function world() {
  const trace = new Trace();
  const scheduler = new Scheduler(trace);
  const machine = new Machine("m", scheduler, { wallMs: 1_000, rate: 1 });
  const process = new SimProcess({ name: "p", number: 0, machine, seed: 1 }, scheduler);
  return { trace, scheduler, machine, process };
}

describe("Scheduler", () => {
  it("runs events in the order of time, then of planning, and settles promises between them", async () => {
    const { scheduler } = world();
    const seen: string[] = [];
    const note = (name: string) => async (): Promise<void> => {
      seen.push(name);
      for (let depth = 0; depth < 20; depth++) await Promise.resolve();
      seen.push(`${name}'`);
    };
    scheduler.after(2, undefined, () => void note("c")());
    scheduler.after(1, undefined, () => void note("a")());
    scheduler.after(1, undefined, () => void note("b")());
    await scheduler.runUntil(() => false, 5);
    expect(seen).toEqual(["a", "a'", "b", "b'", "c", "c'"]);
    expect(scheduler.nowMs).toBe(5);
  });

  it("keeps the order of thousands", async () => {
    const { scheduler } = world();
    const seen: number[] = [];
    for (let at = 0; at < 2_000; at++) scheduler.after((at * 7_919) % 1_009, undefined, () => seen.push(scheduler.nowMs));
    await scheduler.runUntil(() => false, 2_000);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen).toHaveLength(2_000);
  });

  it("drops what a dead process waits for, and keeps what a paused one does", async () => {
    const { scheduler, process } = world();
    const seen: string[] = [];
    process.clock.setTimer(1, () => seen.push("first"));
    process.clock.setTimer(2, () => seen.push("second"));
    process.clock.setTimer(20, () => seen.push("never"));
    process.pause();
    await scheduler.runUntil(() => false, 10);
    expect(seen).toEqual([]);
    process.resume();
    await scheduler.runUntil(() => false, 1);
    expect(seen).toEqual(["first", "second"]);
    process.kill();
    await scheduler.runUntil(() => false, 100);
    expect(seen).toEqual(["first", "second"]);
  });

  it("refuses a loop in which no time passes", async () => {
    const { scheduler } = world();
    const again = (): void => void scheduler.after(0, undefined, again);
    again();
    await expect(scheduler.runUntil(() => false, 10)).rejects.toThrow("no time passes");
  });
});

describe("Machine", () => {
  it("has a clock of its own: it drifts, jumps, and its monotonic time never goes back", async () => {
    const { scheduler, machine, process } = world();
    machine.drift(2);
    let firedAtMs = 0;
    process.clock.setTimer(10, () => (firedAtMs = scheduler.nowMs));
    await scheduler.runUntil(() => false, 20);
    expect(firedAtMs).toBe(5);
    expect(machine.monotonicMs()).toBe(40);
    machine.jumpWall(-500);
    expect([machine.wallMs(), machine.monotonicMs()]).toEqual([540, 40]);
  });
});
