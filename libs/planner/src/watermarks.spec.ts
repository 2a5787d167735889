import { describe, expect, it } from "@jest/globals";
import { type EventTimeOperator, nextWatermarks, type TrackedPartition, trackEventTimes } from "./watermarks.ts";

const OPERATOR: EventTimeOperator = { id: "e", delayMs: 10, idleAfterMs: 1_000, merge: "min", sources: ["s"] };
const START: TrackedPartition[] = [0, 1].map((index) => ({ operatorId: "e", source: "s", index, maxMs: undefined, seenAtMs: 0 }));
const seen = (index: number, maxMs: number) => ({ operatorId: "e", source: "s", index, maxMs });

function watermark(
  tracked: readonly TrackedPartition[],
  batchTimeMs: number,
  options: { last?: number; lastBatchMs?: number; exhausted?: number[]; final?: boolean } = {},
) {
  const last = options.last === undefined ? [] : [{ operatorId: "e", lateMs: undefined, evictMs: options.last }];
  const exhausted = (_: string, index: number): boolean => options.exhausted?.includes(index) ?? false;
  return nextWatermarks([OPERATOR], tracked, { ...options, batchTimeMs, last, exhausted, final: options.final ?? false })[0];
}

describe("nextWatermarks", () => {
  it("stays undefined until every partition that is not idle has spoken", () => {
    expect(watermark(trackEventTimes(START, [seen(0, 500)], 100), 200)?.evictMs).toBeUndefined();
  });

  it("is the least of the partitions, less the delay", () => {
    const tracked = trackEventTimes(START, [seen(0, 500), seen(1, 300)], 100);
    expect(watermark(tracked, 200)).toEqual({ operatorId: "e", lateMs: undefined, evictMs: 290 });
  });

  it("leaves out a partition that has been silent for longer than idleAfter", () => {
    const tracked = trackEventTimes(trackEventTimes(START, [seen(1, 300)], 100), [seen(0, 5_000)], 1_200);
    expect(watermark(tracked, 1_100)?.evictMs).toBe(290);
    expect(watermark(tracked, 1_101)?.evictMs).toBe(4_990);
  });

  it("never goes back, and holds when every partition is idle", () => {
    const tracked = trackEventTimes(START, [seen(0, 50), seen(1, 60)], 100);
    expect(watermark(tracked, 200, { last: 100 })).toEqual({ operatorId: "e", lateMs: 100, evictMs: 100 });
    expect(watermark(tracked, 9_999, { last: 100 })?.evictMs).toBe(100);
  });

  it("counts what the batch before saw, though that is longer ago than idleAfter", () => {
    const tracked = trackEventTimes(trackEventTimes(START, [seen(1, 300)], 100), [seen(0, 5_000)], 3_000);
    expect(watermark(tracked, 9_999, { lastBatchMs: 3_000 })?.evictMs).toBe(4_990);
    expect(watermark(tracked, 9_999, { lastBatchMs: 6_000 })?.evictMs).toBeUndefined();
    expect(watermark(START, 9_999, { lastBatchMs: 0 })?.evictMs).toBeUndefined();
  });

  it("leaves out exhausted partitions and is infinite in the final batch", () => {
    const tracked = trackEventTimes(START, [seen(0, 500), seen(1, 300)], 100);
    expect(watermark(tracked, 200, { exhausted: [1] })?.evictMs).toBe(490);
    expect(watermark(tracked, 200, { last: 290, final: true })).toEqual({ operatorId: "e", lateMs: 290, evictMs: Infinity });
  });

  it("caps a clock that is days ahead", () => {
    const tracked = trackEventTimes(START, [seen(0, 1e15), seen(1, 1e15)], 100);
    expect(watermark(tracked, 200)?.evictMs).toBe(100 + 86_400_000 - 10);
  });
});

describe("trackEventTimes", () => {
  it("is the same when a batch is applied twice", () => {
    const once = trackEventTimes(START, [seen(0, 500)], 100);
    expect(trackEventTimes(once, [seen(0, 500)], 100)).toEqual(once);
  });
});
