import { describe, expect, it } from "@jest/globals";
import { createRig } from "../test/job-rig.ts";

describe("JobMachine with workers that wait for plans", () => {
  it("has them run a batch while its plan is being stored, and tells them when it is", () => {
    const rig = createRig();
    rig.start({ waitsForPlan: true });
    expect(rig.handle({ kind: "ends", ends: [9] })).toEqual(["commit plan", "0: run 1 [0-5] unrecorded", "1: run 1 [0-5] unrecorded"]);
    expect(rig.committed()).toEqual(["0: recorded 1", "1: recorded 1"]);
    expect(rig.done(1)).toEqual(["list-ends"]);
    rig.handle({ kind: "ends", ends: [9] });
    expect(rig.committed()).toEqual(["0: recorded 2", "1: recorded 2"]);
    expect(rig.done(2)).toEqual(["commit checkpoint"]);
  });

  it("takes no batch for done whose plan is not stored", () => {
    const rig = createRig();
    rig.start({ waitsForPlan: true });
    rig.handle({ kind: "ends", ends: [9] });
    expect(rig.done(1)).toEqual([]);
    expect(rig.machine.progress?.lastBatch).toBe(0);
  });

  it("replays a plan that was stored while its batch failed, and tells nobody of it in between", () => {
    const rig = createRig();
    rig.start({ waitsForPlan: true });
    rig.handle({ kind: "ends", ends: [9] });
    const failure = { kind: "unavailable", code: "lost", message: "gone", context: {} } as const;
    const failed = { kind: "failed", failure, permanent: false, operatorId: "", batch: 1, position: "" } as const;
    expect(rig.worker(0, failed)).toEqual(["stop-worker a 1.0", "stop-worker b 1.1", "timer retry-start"]);
    expect(rig.committed()).toEqual([]); // the plan's
    expect(rig.handle({ kind: "timer", name: "retry-start" })).toEqual(["commit epoch"]);
    rig.committed();
    rig.worker(0, { kind: "ready", shuffleAddress: "h:1", waitsForPlan: true });
    rig.worker(1, { kind: "ready", shuffleAddress: "h:2", waitsForPlan: true });
    rig.both({ kind: "fenced" });
    expect(rig.both({ kind: "opened", marks: [], marksEndOffset: 0 })).toEqual(["0: run 1 [0-5]", "1: run 1 [0-5]"]);
  });

  it("ends the job when the plan cannot be stored, and forgets the plan", () => {
    const rig = createRig();
    rig.start({ waitsForPlan: true });
    rig.handle({ kind: "ends", ends: [9] });
    const failure = { kind: "invalid", code: "too-large", message: "no", context: {} } as const;
    const ended = rig.handle({ kind: "commit-failed", sequence: 3, failure });
    expect(ended.filter((effect) => !effect.startsWith("abandon"))).toEqual(["stop-worker a 1.0", "stop-worker b 1.1", "commit ended"]);
    expect([rig.machine.record.state, rig.machine.figures.lastPlanned]).toEqual(["failed", 0]);
  });

  it("stores the plan first where a worker is of a version that does not wait", () => {
    const rig = createRig();
    rig.start();
    expect(rig.handle({ kind: "ends", ends: [9] })).toEqual(["commit plan"]);
    expect(rig.committed()).toEqual(["0: run 1 [0-5]", "1: run 1 [0-5]"]);
  });
});
