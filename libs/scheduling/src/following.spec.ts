import { describe, expect, it } from "@jest/globals";
import type { JobGraph } from "@millrace/model";
import { createRig, GRAPH, RECORD, SOURCES, TWO } from "../test/job-rig.ts";
import type { WorkerReport } from "./job-events.ts";
import type { BatchPlan } from "./job-record.ts";

const CONTINUOUS: JobGraph = { ...GRAPH, settings: { ...GRAPH.settings, latency: "continuous" } };
const marked = (batch: number, offset: number, lagRecords = 0): WorkerReport => ({
  kind: "marked",
  batch,
  positions: [{ source: "in", index: 0, offset }],
  lagRecords,
});
const NOTHING = (batch: number): WorkerReport => ({ kind: "marked", batch, positions: [], lagRecords: 0 });
const FOLLOW = ["0: follow 1 [0]", "1: follow 1 [0]"];

function started(graph = CONTINUOUS) {
  const rig = createRig({ graph });
  rig.start();
  return rig;
}

describe("a job in continuous mode", () => {
  it("makes a batch of what workers had read when the marker passed them, recorded before anything of it is committed", () => {
    const rig = createRig({ graph: CONTINUOUS });
    rig.handle({ kind: "executors", live: TWO });
    rig.handle({ kind: "sources-resolved", sources: SOURCES });
    rig.committed();
    rig.committed();
    rig.both({ kind: "ready", shuffleAddress: "h:1" });
    rig.both({ kind: "fenced" });
    expect(rig.both({ kind: "opened", marks: [], marksEndOffset: 0 })).toEqual([...FOLLOW, "timer plan"]);
    rig.passes(1_000);
    expect(rig.handle({ kind: "timer", name: "plan" })).toEqual(["0: mark 1", "1: mark 1"]);
    expect(rig.worker(1, NOTHING(1))).toEqual([]);
    expect(rig.worker(0, marked(1, 3, 2))).toEqual(["commit plan"]);
    expect(rig.machine.figures.lagRecords).toBe(2);
    expect(rig.committed()).toEqual(["0: run 1 [0-3] follow", "1: run 1 [0-3] follow"]);
    expect(rig.done(1)).toEqual(["timer plan"]);
  });

  it("reads on after a marker that found nothing, and ends bounded input with a final batch behind which nobody reads", () => {
    const rig = started();
    rig.passes(1_000);
    rig.handle({ kind: "timer", name: "plan" });
    rig.worker(1, NOTHING(1));
    expect(rig.worker(0, marked(1, 0))).toEqual([...FOLLOW, "timer plan"]);
    rig.passes(1_000);
    rig.handle({ kind: "timer", name: "plan" });
    rig.worker(1, NOTHING(1));
    rig.worker(0, marked(1, 5));
    rig.committed();
    rig.done(1);
    rig.passes(1_000);
    rig.handle({ kind: "timer", name: "plan" });
    rig.worker(1, NOTHING(2));
    expect(rig.worker(0, marked(2, 5))).toEqual(["commit plan"]);
    expect(rig.committed()).toEqual(["0: run 2 [] checkpoint final", "1: run 2 [] checkpoint final"]);
  });

  it("does not take the answer to an earlier marker", () => {
    const rig = started();
    rig.passes(1_000);
    rig.handle({ kind: "timer", name: "plan" });
    rig.worker(0, marked(1, 3));
    rig.worker(1, NOTHING(1));
    rig.committed();
    rig.done(1);
    rig.passes(1_000);
    rig.handle({ kind: "timer", name: "plan" });
    expect(rig.worker(0, marked(1, 5))).toEqual([]);
    rig.worker(0, marked(2, 4));
    rig.worker(1, NOTHING(2));
    expect(rig.committed()).toEqual(["0: run 2 [3-4] follow", "1: run 2 [3-4] follow"]);
  });

  it("runs recorded batches as they were recorded, and reads on only behind the last of them", () => {
    const plan = (batch: number, startOffset: number, endOffset: number): BatchPlan => {
      const ranges = [{ source: "in", index: 0, startOffset, endOffset }];
      return { batch, timeMs: 2_000 * batch, ranges, watermarks: [], final: false, digest: `#${batch}` };
    };
    const record = { ...RECORD, sources: SOURCES, zeroTimeMs: 1_000 };
    const rig = createRig({ graph: CONTINUOUS, record, plans: [plan(1, 0, 2), plan(2, 2, 3)] });
    rig.handle({ kind: "executors", live: TWO });
    rig.committed();
    rig.both({ kind: "ready", shuffleAddress: "h:1" });
    rig.both({ kind: "fenced" });
    expect(rig.both({ kind: "opened", marks: [], marksEndOffset: 0 })).toEqual(["0: run 1 [0-2]", "1: run 1 [0-2]"]);
    expect(rig.done(1)).toEqual(["0: run 2 [2-3]", "1: run 2 [2-3]"]);
    expect(rig.done(2)).toEqual(["0: follow 3 [3]", "1: follow 3 [3]", "timer plan"]);
  });

  it("marks at once when somebody waits for a boundary", () => {
    const rig = started();
    expect(rig.handle({ kind: "savepoint", savepointId: "s" })).toEqual(["0: mark 1", "1: mark 1"]);
    rig.worker(0, marked(1, 1));
    rig.worker(1, NOTHING(1));
    expect(rig.committed()).toEqual(["0: run 1 [0-1] checkpoint follow", "1: run 1 [0-1] checkpoint follow"]);
  });
});
