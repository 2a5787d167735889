import { describe, expect, it } from "@jest/globals";
import { GRAPH, RECORD, SOURCES, TWO } from "../test/job-rig.ts";
import { JobMachine } from "./job-machine.ts";
import type { JobEffect, JobEvent } from "./job-events.ts";
import { PHASE_TIMEOUTS_MS, START_GROWTH_MAX } from "./limits.ts";

const READY = { kind: "ready", shuffleAddress: "h:1" } as const;
const STEPS = [READY, { kind: "fenced" }, { kind: "opened", marks: [], marksEndOffset: 0 }] as const;

/** A job whose workers are started, and never answer unless told to. */
function starting() {
  const machine = new JobMachine({ record: RECORD, graph: GRAPH, checkpoint: undefined, plans: [], digest: () => "#" });
  let sequence = 0;
  const delays = new Map<string, number>();
  const handle = (event: JobEvent): readonly JobEffect[] => {
    const effects = machine.handle(event, { wallMs: 1_000, monotonicMs: 1_000 });
    for (const effect of effects) {
      if (effect.kind === "commit") ({ sequence } = effect);
      if (effect.kind === "set-timer") delays.set(effect.name, effect.delayMs);
    }
    return effects;
  };
  const begun = (): void => {
    handle({ kind: "committed", sequence });
  };
  handle({ kind: "executors", live: TWO });
  handle({ kind: "sources-resolved", sources: SOURCES });
  begun();
  begun();
  return {
    machine,
    handle,
    begun,
    delayOf: (timer: string) => delays.get(timer) ?? 0,
    limitMs: () => delays.get("phase") ?? 0,
    worker: (workerIndex: number, report: (JobEvent & { kind: "worker" })["report"]) =>
      handle({ kind: "worker", jobEpoch: machine.record.jobEpoch, workerIndex, report }),
    tooLong: () => {
      handle({ kind: "timer", name: "phase" });
      handle({ kind: "timer", name: "retry-start" });
      begun();
    },
  };
}

describe("JobMachine, starting", () => {
  it("gives workers twice the time after each start that took too long, up to a bound", () => {
    const job = starting();
    const limits = [job.limitMs()];
    for (let attempt = 0; attempt < 6; attempt++) {
      job.tooLong();
      limits.push(job.limitMs());
    }
    expect(limits.map((ms) => ms / PHASE_TIMEOUTS_MS.starting)).toEqual([1, 2, 4, 8, 16, START_GROWTH_MAX, START_GROWTH_MAX]);
  });

  it("gives it to opening, too, which loads the state", () => {
    const job = starting();
    const opening = (): number => {
      for (const report of [READY, { kind: "fenced" }] as const) for (const worker of [0, 1]) job.worker(worker, report);
      return job.limitMs();
    };
    const usual = opening();
    job.tooLong();
    expect(opening()).toBe(2 * usual);
  });

  it("tells how far it is, and of an attempt that took too long how far that came", () => {
    const job = starting();
    job.tooLong();
    expect(job.worker(0, READY)).toContainEqual({ kind: "status-changed" });
    const step = { phase: "starting", attempt: 2, workersDone: 1, workers: 2, limitMs: 2 * PHASE_TIMEOUTS_MS.starting };
    expect(job.machine.figures.start).toEqual(step);
    job.worker(1, READY);
    expect(job.machine.figures.start).toMatchObject({ phase: "fencing", workersDone: 0 });
    expect(job.worker(1, { kind: "fenced" })).toContainEqual({ kind: "status-changed" });
    expect(job.machine.figures.start).toMatchObject({ phase: "fencing", workersDone: 1 });
    job.handle({ kind: "timer", name: "phase" });
    expect(job.machine.record.error).toMatchObject({
      code: "phase-timeout",
      context: { phase: "fencing", attempt: "2", workersDone: "1 of 2", limitMs: String(2 * PHASE_TIMEOUTS_MS.fencing) },
    });
    expect(job.machine.figures.start).toBeUndefined();
  });

  it("takes the usual time again after a start that was done", () => {
    const job = starting();
    job.tooLong();
    for (const report of STEPS) for (const worker of [0, 1]) job.worker(worker, report);
    expect(job.machine.figures.start).toBeUndefined();
    job.tooLong(); // a batch, say
    expect(job.limitMs()).toBe(PHASE_TIMEOUTS_MS.starting);
    expect(job.machine.figures.start).toMatchObject({ attempt: 1 });
  });

  it("gives workers of a new layout twice the time, too, after they took too long", () => {
    const job = starting();
    for (const report of STEPS) for (const worker of [0, 1]) job.worker(worker, report);
    job.handle({ kind: "ends", ends: [9] });
    job.begun();
    job.handle({ kind: "rescale", workers: 1 });
    job.begun();
    const usual = job.delayOf("prepare");
    job.handle({ kind: "timer", name: "prepare" });
    job.handle({ kind: "timer", name: "rescale" });
    job.begun();
    expect(job.delayOf("prepare")).toBe(2 * usual);
  });
});
