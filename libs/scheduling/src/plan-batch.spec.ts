import { describe, expect, it } from "@jest/globals";
import { JOB_SETTINGS_DEFAULT } from "@millrace/model";
import type { SourcePartition } from "./job-record.ts";
import type { JobShape } from "./job-shape.ts";
import { type JobProgress, planNextBatch, type PlanInput } from "./plan-batch.ts";

const SHAPE: JobShape = { sources: [], eventTimes: [], everyGridPoint: false, bounded: false };
const PROGRESS: JobProgress = {
  lastBatch: 3,
  lastTimeMs: 3_000,
  positions: [10, 20],
  tracked: [],
  lastWatermarks: [],
  statePending: false,
  finalDone: false,
};

function source(index: number, endOffset?: number): SourcePartition {
  return { source: "s", index, topic: "t", partition: index, startOffset: 0, endOffset };
}

function decide(changes: Partial<PlanInput>) {
  return planNextBatch({
    shape: SHAPE,
    settings: { ...JOB_SETTINGS_DEFAULT, maxRecordsPerBatch: 100 },
    sources: [source(0), source(1)],
    progress: PROGRESS,
    ends: [10, 20],
    nowMs: 4_500,
    force: false,
    digest: (text) => `#${text.length}`,
    ...changes,
  });
}

describe("planNextBatch", () => {
  it("waits for the grid point", () => {
    expect(decide({ nowMs: 3_400, ends: [11, 20] })).toEqual({ kind: "wait", delayMs: 600, lagRecords: 1 });
  });

  it("reads what there is at the grid point", () => {
    expect(decide({ ends: [15, 20] })).toMatchObject({
      kind: "plan",
      plan: { batch: 4, timeMs: 4_000, ranges: [{ source: "s", index: 0, startOffset: 10, endOffset: 15 }], final: false },
    });
  });

  it("skips empty points that nobody needs", () => {
    expect(decide({})).toMatchObject({ kind: "wait" });
    expect(decide({ nowMs: 60_500, ends: [11, 20] })).toMatchObject({ kind: "plan", plan: { timeMs: 60_000 } });
  });

  it("runs every point for operators that need them, up to the bound", () => {
    const shape = { ...SHAPE, everyGridPoint: true };
    expect(decide({ shape, nowMs: 60_500 })).toMatchObject({ kind: "plan", plan: { timeMs: 4_000, ranges: [] } });
    expect(decide({ shape, nowMs: 5_000_500 })).toMatchObject({ kind: "plan", plan: { timeMs: 5_000_000 } });
  });

  it("shares a backlog by lag, within the bound", () => {
    const decision = decide({ ends: [10 + 900, 20 + 100] });
    expect(decision).toMatchObject({
      kind: "plan",
      lagRecords: 900,
      plan: {
        ranges: [
          { startOffset: 10, endOffset: 100 },
          { startOffset: 20, endOffset: 30 },
        ],
      },
    });
  });

  describe("of bounded input", () => {
    const shape = {
      ...SHAPE,
      bounded: true,
      eventTimes: [{ id: "e", delayMs: 0, idleAfterMs: 1_000, merge: "min" as const, sources: ["s"] }],
    };
    const sources = [source(0, 12), source(1, 20)];

    it("does not wait for the clock and stays below the end", () => {
      expect(decide({ shape, sources, nowMs: 0, ends: [500, 500] })).toMatchObject({
        kind: "plan",
        plan: { timeMs: 4_000, ranges: [{ index: 0, startOffset: 10, endOffset: 12 }], final: false },
      });
    });

    it("ends with one final batch of infinite watermark", () => {
      const progress = { ...PROGRESS, positions: [12, 20] };
      expect(decide({ shape, sources, progress })).toMatchObject({
        kind: "plan",
        plan: { ranges: [], final: true, watermarks: [{ operatorId: "e", lateMs: undefined, evictMs: Infinity }] },
      });
      expect(decide({ shape, sources, progress: { ...progress, finalDone: true } })).toEqual({ kind: "finished" });
    });
  });

  it("runs a batch without data when the watermark moved and state waits for it", () => {
    const shape = { ...SHAPE, eventTimes: [{ id: "e", delayMs: 0, idleAfterMs: 1e9, merge: "min" as const, sources: ["s"] }] };
    const tracked = [0, 1].map((index) => ({ operatorId: "e", source: "s", index, maxMs: 700, seenAtMs: 3_000 }));
    const waiting = { ...PROGRESS, tracked, statePending: true, lastWatermarks: [{ operatorId: "e", lateMs: 1, evictMs: 500 }] };
    expect(decide({ shape, progress: waiting })).toMatchObject({ kind: "plan", plan: { watermarks: [{ lateMs: 500, evictMs: 700 }] } });
    expect(decide({ shape, progress: { ...waiting, statePending: false } })).toMatchObject({ kind: "wait" });
  });

  it("moves the watermark by what the last batch saw, though partitions are idle sooner than batches follow each other", () => {
    const shape = { ...SHAPE, eventTimes: [{ id: "e", delayMs: 0, idleAfterMs: 10, merge: "min" as const, sources: ["s"] }] };
    const tracked = [700, 900].map((maxMs, index) => ({ operatorId: "e", source: "s", index, maxMs, seenAtMs: 3_000 }));
    const plan = { watermarks: [{ lateMs: undefined, evictMs: 700 }] };
    expect(decide({ shape, progress: { ...PROGRESS, tracked }, ends: [11, 20] })).toMatchObject({ kind: "plan", plan });
  });
});
