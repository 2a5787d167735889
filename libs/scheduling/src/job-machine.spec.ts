import { describe, expect, it } from "@jest/globals";
import { assertDefined } from "@millrace/stdx";
import { createRig, GRAPH, RECORD, SOURCES, TWO } from "../test/job-rig.ts";
import type { WorkerReport } from "./job-events.ts";
import type { BatchPlan, CheckpointManifest } from "./job-record.ts";
import { openingTimeoutMs } from "./open-command.ts";

describe("JobMachine", () => {
  it("starts workers only after the epoch is stored, opens only after all are fenced, and runs to the end of bounded input", () => {
    const rig = createRig();
    expect(rig.handle({ kind: "executors", live: TWO })).toEqual(["resolve-sources"]);
    expect(rig.handle({ kind: "sources-resolved", sources: SOURCES })).toEqual(["commit sources"]);
    expect(rig.committed()).toEqual(["commit epoch"]);
    expect(rig.store.record.openTransactionalIds).toEqual(["millrace.j.1.1.0", "millrace.j.1.1.1"]);
    expect(rig.committed()).toEqual(["start-worker a 1.0", "start-worker b 1.1"]);
    expect(rig.worker(0, { kind: "ready", shuffleAddress: "h:1" })).toEqual([]);
    expect(rig.worker(1, { kind: "ready", shuffleAddress: "h:2" })).toEqual(["0: fence ", "1: fence "]);
    expect(rig.worker(0, { kind: "fenced" })).toEqual([]);
    expect(rig.worker(1, { kind: "fenced" })).toEqual(["0: open @0", "1: open @0"]);
    expect(rig.both({ kind: "opened", marks: [], marksEndOffset: 0 })).toEqual(["list-ends"]);
    expect(rig.handle({ kind: "ends", ends: [9] })).toEqual(["commit plan"]);
    expect(rig.committed()).toEqual(["0: run 1 [0-5]", "1: run 1 [0-5]"]);
    expect(rig.done(1)).toEqual(["list-ends"]);
    expect(rig.handle({ kind: "ends", ends: [9] })).toEqual(["commit plan"]);
    expect(rig.committed()).toEqual(["0: run 2 [] checkpoint final", "1: run 2 [] checkpoint final"]);
    expect(rig.done(2)).toEqual(["commit checkpoint"]);
    expect(rig.store.plans.size).toBe(0);
    expect(rig.committed()).toEqual(["list-ends"]);
    expect(rig.handle({ kind: "ends", ends: [9] })).toEqual(["stop-worker a 1.0", "stop-worker b 1.1", "commit ended"]);
    expect(rig.store.record.state).toBe("finished");
  });

  it("replays the recorded plan after an executor is lost, and fences the writers of every epoch before", () => {
    const rig = createRig();
    rig.start();
    rig.handle({ kind: "ends", ends: [9] });
    rig.committed();
    expect(rig.handle({ kind: "executors", live: TWO.slice(0, 1) })).toEqual([
      "stop-worker a 1.0",
      "stop-worker b 1.1",
      "timer retry-start",
    ]);
    expect(rig.worker(0, { kind: "map-done", batch: 1, eventTimes: [], recordsIn: 5 })).toEqual([]);
    expect(rig.handle({ kind: "timer", name: "retry-start" })).toEqual(["commit epoch"]);
    expect(rig.committed()).toEqual(["start-worker a 2.0"]);
    expect(rig.worker(0, { kind: "ready", shuffleAddress: "h:3" })).toEqual(["0: fence millrace.j.1.1.0,millrace.j.1.1.1"]);
    rig.worker(0, { kind: "fenced" });
    expect(rig.worker(0, { kind: "opened", marks: [], marksEndOffset: 0 })).toEqual(["0: run 1 [0-5]"]);
  });

  it("does not take the answer of an earlier commit for that of the epoch", () => {
    const rig = createRig();
    rig.start();
    rig.handle({ kind: "ends", ends: [9] });
    rig.handle({ kind: "executors", live: TWO.slice(0, 1) });
    rig.handle({ kind: "timer", name: "retry-start" });
    expect(rig.handle({ kind: "committed", sequence: 3 })).toEqual([]);
    expect(rig.committed()).toEqual(["start-worker a 2.0"]);
  });

  it("gives workers more time to open the more state they load", () => {
    const part = { operatorId: "o", taskIndex: 0, batch: 1, keyCount: 1, byteCount: 1_000_000_000, crc32c: 0, isDelta: false };
    const checkpoint = { parts: [{ ...part, location: { type: "inline", bytes: new Uint8Array() } }] } as unknown as CheckpointManifest;
    expect([openingTimeoutMs(undefined), openingTimeoutMs(checkpoint)]).toEqual([120_000, 120_000 + 1_000_000]);
  });

  it("ignores workers of a former epoch", () => {
    const rig = createRig();
    rig.start();
    const stale = {
      kind: "worker",
      jobEpoch: 0,
      workerIndex: 0,
      report: { kind: "failed", permanent: true, batch: 1, failure: failure("old") },
    } as const;
    expect(rig.handle(stale)).toEqual([]);
    expect(rig.machine.record.restarts).toBe(0);
  });

  it("fails the job when user code fails the same batch three times", () => {
    const rig = createRig();
    for (let attempt = 1; attempt <= 3; attempt++) {
      rig.start();
      if (attempt === 1) {
        rig.handle({ kind: "ends", ends: [9] });
        rig.committed();
      }
      rig.worker(0, { kind: "failed", permanent: true, batch: 1, failure: failure("user-code-failed") });
      rig.handle({ kind: "timer", name: "retry-start" });
    }
    expect(rig.store.record).toMatchObject({ state: "failed", error: { code: "user-code-failed" } });
  });

  it("refuses to go on when a mark has no recorded plan", () => {
    const rig = createRig();
    rig.handle({ kind: "executors", live: TWO });
    rig.handle({ kind: "sources-resolved", sources: SOURCES });
    rig.committed();
    rig.committed();
    rig.worker(0, { kind: "ready", shuffleAddress: "h:1" });
    rig.worker(1, { kind: "ready", shuffleAddress: "h:2" });
    rig.both({ kind: "fenced" });
    rig.worker(0, { kind: "opened", marks: [{ sink: "out", slot: 0, batch: 7, digest: "x" }], marksEndOffset: 0 });
    rig.worker(1, { kind: "opened", marks: [], marksEndOffset: 0 });
    expect(rig.store.record).toMatchObject({ state: "failed", error: { code: "marks-ahead" } });
  });

  it("drains on a batch boundary with a checkpoint", () => {
    const rig = createRig();
    rig.start();
    rig.handle({ kind: "ends", ends: [3] });
    rig.committed();
    expect(rig.handle({ kind: "stop", drain: true })).toEqual(["commit stop"]);
    expect(rig.done(1)).toEqual(["list-ends"]);
    expect(rig.handle({ kind: "ends", ends: [3] })).toEqual(["commit plan"]);
    expect(rig.committed()).toEqual(["0: run 2 [] checkpoint", "1: run 2 [] checkpoint"]);
    rig.done(2);
    rig.committed();
    rig.handle({ kind: "ends", ends: [3] });
    expect(rig.store.record.state).toBe("stopped");
    expect(rig.store.checkpoints.get(2)).toMatchObject({ positions: [3], marksEndOffset: 3 });
  });

  it("reads marks again from the former checkpoint when one is taken while later batches wait to be replayed", () => {
    const plan = (batch: number): BatchPlan => ({ batch, timeMs: batch, ranges: [], watermarks: [], final: false, digest: `d${batch}` });
    const record = { ...RECORD, sources: SOURCES, zeroTimeMs: 0, jobEpoch: 1 };
    const rig = createRig({ record, plans: [plan(1), plan(2)] });
    rig.handle({ kind: "executors", live: TWO });
    rig.handle({ kind: "savepoint", savepointId: "j.1" });
    rig.start();
    rig.done(1);
    expect(rig.store.checkpoints.get(1)).toMatchObject({ marksEndOffset: 0 });
    rig.committed();
    rig.handle({ kind: "savepoint", savepointId: "j.2" });
    rig.done(2);
    expect(rig.machine.record.state).toBe("running");
  });

  it("confirms a savepoint only with the checkpoint that stored it", () => {
    const rig = createRig();
    rig.start();
    rig.handle({ kind: "savepoint", savepointId: "j.1" });
    rig.handle({ kind: "ends", ends: [3] });
    rig.committed();
    rig.done(1);
    expect(rig.handle({ kind: "savepoint", savepointId: "j.2" })).toEqual([]);
    expect(rig.committed()).toEqual(["saved j.1", "list-ends"]);
  });

  it("drains only after the savepoint that was asked for is stored, also when it stands at a checkpoint already", () => {
    const rig = createRig();
    rig.start();
    rig.handle({ kind: "savepoint", savepointId: "j.1" });
    rig.handle({ kind: "ends", ends: [3] });
    rig.committed();
    rig.done(1);
    expect(rig.committed()).toEqual(["saved j.1", "list-ends"]);
    rig.handle({ kind: "savepoint", savepointId: "j.2" });
    rig.handle({ kind: "stop", drain: true });
    expect(rig.handle({ kind: "ends", ends: [3] })).toEqual(["commit plan"]);
    rig.committed();
    rig.done(2);
    expect(rig.committed()).toEqual(["saved j.2", "list-ends"]);
    rig.handle({ kind: "ends", ends: [3] });
    expect(rig.store.record.state).toBe("stopped");
  });

  it("keeps a stop over a change of coordinator, and replays what was begun before it drains", () => {
    const rig = createRig();
    rig.start();
    rig.handle({ kind: "ends", ends: [3] });
    rig.committed();
    expect(rig.handle({ kind: "stop", drain: true })).toEqual(["commit stop"]);
    const next = createRig({ record: rig.store.record, plans: [...rig.store.plans.values()] });
    expect(next.handle({ kind: "executors", live: TWO })).toEqual(["commit epoch"]);
    next.start();
    expect(next.machine.record).toMatchObject({ state: "draining", stop: "drain" });
    const stopped = createRig({ record: { ...rig.store.record, stop: "now" }, plans: [...rig.store.plans.values()] });
    expect(stopped.handle({ kind: "executors", live: TWO })).toEqual(["commit ended"]);
  });

  it("ends what its writers left open when it is stopped at once", () => {
    const rig = createRig();
    rig.start();
    expect(rig.handle({ kind: "stop", drain: false })).toEqual([
      "commit stop",
      "stop-worker a 1.0",
      "stop-worker b 1.1",
      "abandon millrace.j.1.1.0,millrace.j.1.1.1",
      "commit ended",
    ]);
  });

  it("fails aloud when a plan cannot be stored, and does not use it", () => {
    const rig = createRig();
    rig.start();
    rig.handle({ kind: "ends", ends: [3] });
    rig.handle({ kind: "commit-failed", sequence: 3, failure: failure("too-big") });
    expect(rig.store.record).toMatchObject({ state: "failed", error: { code: "too-big" } });
    expect(rig.machine.figures.lastPlanned).toBe(0);
  });

  it("goes on from checkpoint and recorded plans when another coordinator takes over", () => {
    const rig = createRig();
    rig.start();
    rig.handle({ kind: "ends", ends: [3] });
    rig.committed();
    const plans = [assertDefined(rig.store.plans.get(1), "plan")];
    const next = createRig({ record: rig.store.record, plans });
    expect(next.handle({ kind: "executors", live: TWO })).toEqual(["commit epoch"]);
    next.start();
    expect(next.machine.record).toMatchObject({ jobEpoch: 2, state: "running" });
    expect(next.done(1)).toEqual(["list-ends"]);
  });
});

describe("JobMachine, rescaled", () => {
  const ONE = [{ executorId: "a", workerSlots: 1 }];
  const upcoming = (rig: ReturnType<typeof createRig>, jobEpoch: number, workerIndex: number, report: WorkerReport): string[] =>
    rig.handle({ kind: "worker", jobEpoch, workerIndex, report });
  const READY = { kind: "ready", shuffleAddress: "h:9" } as const;

  /** Running on two workers, with one batch done and the next under way. */
  function running() {
    const rig = createRig();
    rig.start();
    rig.handle({ kind: "ends", ends: [2] });
    rig.committed();
    rig.done(1);
    rig.handle({ kind: "ends", ends: [3] });
    rig.committed();
    return rig;
  }

  it("starts the new workers beside the running ones, and changes at a checkpoint when all are ready", () => {
    const rig = running();
    expect(rig.handle({ kind: "rescale", workers: 1 })).toEqual(["commit rescale", "commit rescale"]);
    expect(rig.store.record).toMatchObject({
      workersAsked: 1,
      jobEpoch: 2,
      openTransactionalIds: ["millrace.j.1.1.0", "millrace.j.1.1.1", "millrace.j.1.2.0"],
    });
    expect(rig.committed()).toEqual(["timer prepare", "start-worker a 2.0"]);
    expect(rig.done(2)).toEqual(["list-ends"]);
    expect(upcoming(rig, 2, 0, READY)).toEqual([]);
    expect(rig.handle({ kind: "ends", ends: [4] })).toEqual(["commit plan"]);
    expect(rig.committed()).toEqual(["0: run 3 [3-4] checkpoint", "1: run 3 [3-4] checkpoint"]);
    rig.done(3);
    expect(rig.committed()).toEqual(["stop-worker a 1.0", "stop-worker b 1.1", "0: fence millrace.j.1.1.0,millrace.j.1.1.1"]);
    expect(upcoming(rig, 2, 0, { kind: "fenced" })).toEqual(["0: open @3"]);
    expect(upcoming(rig, 2, 0, { kind: "opened", marks: [], marksEndOffset: 0 })).toEqual(["rescaled to 1", "list-ends"]);
    expect(rig.machine.figures).toMatchObject({ workers: 1, rescaling: false });
    expect(rig.machine.figures.lastRescalePauseMs).toBeGreaterThan(0);
    expect(rig.machine.record.restarts).toBe(0);
  });

  it("does not change after a batch that ended in no checkpoint, though the new workers are ready", () => {
    const rig = running();
    rig.handle({ kind: "rescale", workers: 1 });
    rig.committed();
    upcoming(rig, 2, 0, READY);
    expect(rig.done(2)).toEqual(["list-ends"]);
    rig.handle({ kind: "ends", ends: [4] });
    expect(rig.committed()).toEqual(["0: run 3 [3-4] checkpoint", "1: run 3 [3-4] checkpoint"]);
  });

  it("runs on as it is when the new workers fail, and tries again later under an epoch that was never given out", () => {
    const rig = running();
    rig.handle({ kind: "rescale", workers: 1 });
    rig.committed();
    expect(upcoming(rig, 2, 0, { kind: "failed", permanent: true, batch: 0, failure: failure("bundle-failed") })).toEqual([
      "stop-worker a 2.0",
      "timer rescale",
    ]);
    expect(rig.machine.record).toMatchObject({ jobEpoch: 1, restarts: 0, error: { code: "bundle-failed" } });
    expect(rig.done(2)).toEqual(["list-ends"]);
    expect(rig.handle({ kind: "timer", name: "rescale" })).toEqual(["commit rescale"]);
    expect(rig.committed()).toEqual(["timer prepare", "start-worker a 3.0"]);
    expect(rig.handle({ kind: "timer", name: "prepare" })).toEqual(["stop-worker a 3.0", "timer rescale"]);
  });

  it("ends the new workers too when an old one is lost, and starts with the layout that was asked for", () => {
    const rig = running();
    rig.handle({ kind: "rescale", workers: 1 });
    rig.committed();
    rig.worker(1, { kind: "failed", permanent: false, batch: 2, failure: failure("worker-ended") });
    expect(rig.machine.figures.rescaling).toBe(false);
    expect(rig.handle({ kind: "timer", name: "retry-start" })).toEqual(["commit epoch"]);
    expect(rig.committed()).toEqual(["start-worker a 3.0"]);
    expect(rig.worker(0, READY)).toEqual(["0: fence millrace.j.1.1.0,millrace.j.1.1.1,millrace.j.1.2.0"]);
  });

  it("never gives an epoch out twice when another coordinator takes over between its commit and the change", () => {
    const rig = running();
    rig.handle({ kind: "rescale", workers: 1 });
    rig.committed();
    const next = createRig({ record: rig.store.record, plans: [...rig.store.plans.values()] });
    expect(next.handle({ kind: "executors", live: TWO })).toEqual(["commit epoch"]);
    expect(next.committed()).toEqual(["start-worker a 3.0"]);
    expect(next.worker(0, READY)).toEqual(["0: fence millrace.j.1.1.0,millrace.j.1.1.1,millrace.j.1.2.0"]);
  });

  it("moves the workers of an executor that leaves at once, while they go on; with nobody left it starts again when one comes", () => {
    const rig = running();
    const leaving = [...ONE, { executorId: "b", workerSlots: 0 }];
    expect(rig.handle({ kind: "executors", live: leaving })).toEqual(["timer rescale"]);
    expect(rig.handle({ kind: "timer", name: "rescale" })).toEqual(["commit rescale"]);
    expect(rig.committed()).toEqual(["timer prepare", "start-worker a 2.0"]);
    const none = leaving.map(({ executorId }) => ({ executorId, workerSlots: 0 }));
    expect(rig.handle({ kind: "executors", live: none })).toEqual([
      "stop-worker a 2.0",
      "stop-worker a 1.0",
      "stop-worker b 1.1",
      "timer retry-start",
    ]);
  });

  it("takes executors that join, unless a number of workers was asked for", () => {
    const THREE = [...TWO, { executorId: "c", workerSlots: 1 }];
    const rig = createRig({ graph: { ...GRAPH, settings: { ...GRAPH.settings, slotCount: 6 } } });
    rig.start();
    expect(rig.handle({ kind: "executors", live: THREE })).toEqual(["timer rescale"]);
    rig.handle({ kind: "rescale", workers: 2 });
    expect(rig.machine.figures.rescaling).toBe(false);
    expect(rig.handle({ kind: "timer", name: "rescale" })).toEqual([]);
    expect(rig.handle({ kind: "executors", live: [...THREE, { executorId: "d", workerSlots: 4 }] })).toEqual([]);
    expect(rig.handle({ kind: "rescale", workers: undefined })).toEqual(["commit rescale", "commit rescale"]);
    expect(rig.committed()).toEqual(["timer prepare", "start-worker a 2.0"]);
    expect(upcoming(rig, 2, 0, READY)).toEqual(["timer prepare", "start-worker b 2.1"]);
  });
});

function failure(code: string) {
  return { kind: "internal", code, message: "it failed", context: {} };
}
