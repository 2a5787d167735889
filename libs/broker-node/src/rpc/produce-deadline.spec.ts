import { beforeEach, describe, expect, it } from "@jest/globals";
import { ManualClock } from "@millrace/testkit";
import { type ProduceDeadline, ProduceDeadlines } from "./produce-deadline.ts";

let clock: ManualClock;
let deadlines: ProduceDeadlines;
let late: string[];

beforeEach(() => {
  clock = new ManualClock();
  deadlines = new ProduceDeadlines(clock);
  late = [];
});

function begin(name: string, timeoutMs: number): ProduceDeadline {
  const deadline = deadlines.begin(timeoutMs);
  deadline.limit({ giveUp: ({ code }) => late.push(`${name} ${code}`) });
  return deadline;
}

describe("ProduceDeadlines", () => {
  it("gives each up when its own time is over, and none that was answered", async () => {
    begin("a", 100);
    await clock.advance(40);
    const answered = begin("b", 100);
    begin("c", 50);
    await clock.advance(10);
    const last = begin("d", 100);
    answered.cancel();
    await clock.advance(49);
    expect(late).toEqual(["c request-timed-out"]);
    await clock.advance(1);
    expect(late.toSorted()).toEqual(["a request-timed-out", "c request-timed-out"]);
    expect(() => last.requireTime()).not.toThrow();
    await clock.advance(50);
    expect(late).toHaveLength(3);
    expect(() => last.requireTime()).toThrow("time");
  });

  it("goes on with the next when the first is answered, in any order", async () => {
    const [a, b, c] = [begin("a", 100), begin("b", 100), begin("c", 100)];
    b.cancel();
    a.cancel();
    await clock.advance(99);
    begin("d", 100);
    await clock.advance(1);
    expect(late).toEqual(["c request-timed-out"]);
    c.cancel(); // answered as late: nothing
    await clock.advance(99);
    expect(late).toEqual(["c request-timed-out", "d request-timed-out"]);
  });

  it("keeps no timer when everything is answered", () => {
    const [a, b] = [begin("a", 100), begin("b", 100)];
    a.cancel();
    b.cancel();
    expect(clock.pendingTimers).toBe(0);
    begin("c", 100);
    expect(clock.pendingTimers).toBe(1);
  });

  it("never gives up what has no time-out", async () => {
    begin("a", Infinity).cancel();
    begin("b", Infinity);
    await clock.advance(1e9);
    expect(late).toEqual([]);
  });
});
