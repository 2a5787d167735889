import { JOB_SETTINGS_DEFAULT, type JobGraph } from "@millrace/model";
import type { JobEffect, JobEvent, WorkerCommand, WorkerReport } from "../src/job-events.ts";
import type { JobInput, Now } from "../src/job-input.ts";
import { JobMachine } from "../src/job-machine.ts";
import type { BatchPlan, CheckpointManifest, JobRecord } from "../src/job-record.ts";

/** Copies a bounded topic. */
export const GRAPH: JobGraph = {
  formatVersion: 1,
  name: "copy",
  settings: { ...JOB_SETTINGS_DEFAULT, slotCount: 2 },
  operators: [
    {
      id: "in",
      name: "in",
      kind: "source",
      parents: [],
      source: {
        type: "topic",
        topic: "t",
        value: { format: "string" },
        elements: "value",
        start: "earliest",
        until: "latest",
        onBadRecord: "fail",
      },
    },
    { id: "out", name: "out", kind: "sink", parents: ["in"], sink: { type: "topic", topic: "o", value: { format: "string" } } },
  ],
};

export const RECORD: JobRecord = {
  jobId: "j",
  name: "copy",
  incarnation: 1,
  digest: "d",
  state: "waiting",
  jobEpoch: 0,
  submittedAtMs: 0,
  endedAtMs: undefined,
  zeroTimeMs: undefined,
  sources: undefined,
  openTransactionalIds: [],
  restarts: 0,
  stop: undefined,
  error: undefined,
};

export const SOURCES = [{ source: "in", index: 0, topic: "t", partition: 0, startOffset: 0, endOffset: 5 }];
export const TWO = [
  { executorId: "a", workerSlots: 1 },
  { executorId: "b", workerSlots: 1 },
];

/** Drives a machine as a node would; every effect becomes a line. Commits, lookups and timers are answered by the test. */
export function createRig(input: Partial<JobInput> = {}) {
  const machine = new JobMachine({
    record: RECORD,
    graph: GRAPH,
    checkpoint: undefined,
    plans: [],
    digest: (text) => `#${text.length}`,
    ...input,
  });
  const store = { record: RECORD, plans: new Map<number, BatchPlan>(), checkpoints: new Map<number, CheckpointManifest>() };
  let timeMs = 1_000;
  let setBackMs = 0;
  const now = (): Now => ({ wallMs: (timeMs += 10) - setBackMs, monotonicMs: timeMs });
  const handle = (event: JobEvent): string[] => describeEffects(machine.handle(event, now()));
  let commitSequence = 0;
  function describeEffects(effects: readonly JobEffect[]): string[] {
    return effects.flatMap((effect) => {
      switch (effect.kind) {
        case "commit":
          commitSequence = effect.sequence;
          for (const change of effect.changes) {
            if (change.kind === "put-record") store.record = change.record;
            if (change.kind === "put-plan") store.plans.set(change.plan.batch, change.plan);
            if (change.kind === "delete-plan") store.plans.delete(change.batch);
            if (change.kind === "put-checkpoint") store.checkpoints.set(change.manifest.batch, change.manifest);
            if (change.kind === "delete-checkpoint") store.checkpoints.delete(change.batch);
          }
          return [`commit ${effect.tag}`];
        case "start-worker":
        case "stop-worker":
          return [`${effect.kind} ${effect.executorId} ${effect.jobEpoch}.${effect.workerIndex}`];
        case "command": {
          const { command } = effect;
          return [`${effect.workerIndex}: ${describeCommand(command)}`];
        }
        case "set-timer":
          return effect.name === "phase" ? [] : [`timer ${effect.name}`];
        case "savepoint-created":
          return [`saved ${effect.savepointId}`];
        case "rescaled":
          return [`rescaled to ${effect.workers}`];
        case "abandon-writers":
          return [`abandon ${effect.transactionalIds.join()}`];
        case "resolve-sources":
        case "list-ends":
          return [effect.kind];
        default:
          return [];
      }
    });
  }
  const worker = (workerIndex: number, report: WorkerReport): string[] =>
    handle({ kind: "worker", jobEpoch: machine.record.jobEpoch, workerIndex, report });
  const rig = {
    machine,
    store,
    handle,
    worker,
    /** Time passes. */
    passes: (ms: number): void => void (timeMs += ms),
    /** Somebody sets the wall clock. */
    setBack: (ms: number): void => void (setBackMs = ms),
    committed: () => handle({ kind: "committed", sequence: commitSequence }),
    both: (report: WorkerReport) => [...worker(0, report), ...worker(1, report)],
    /** From executors to the first look at ends. */
    start({ waitsForPlan = false } = {}): void {
      if (machine.record.sources === undefined) {
        handle({ kind: "executors", live: TWO });
        handle({ kind: "sources-resolved", sources: SOURCES });
        rig.committed();
      }
      rig.committed();
      worker(0, { kind: "ready", shuffleAddress: "h:1", waitsForPlan });
      worker(1, { kind: "ready", shuffleAddress: "h:2", waitsForPlan });
      rig.both({ kind: "fenced" });
      rig.both({ kind: "opened", marks: [], marksEndOffset: 0 });
    },
    done: (batch: number) => {
      rig.both({ kind: "map-done", batch, eventTimes: [], recordsIn: 1 });
      return rig.both({ kind: "batch-done", batch, recordsOut: 1, lateRecords: 0, statePending: false, parts: [], marksEndOffset: 3 });
    },
  };
  return rig;
}

function describeCommand(command: WorkerCommand): string {
  switch (command.kind) {
    case "fence":
      return `fence ${command.transactionalIds.join()}`;
    case "open":
      return `open @${command.checkpointBatch}`;
    case "follow":
      return `follow ${command.batch} [${command.positions.map(({ offset }) => offset).join()}]`;
    case "list-sources":
      return `list ${command.batch} [${command.questions.map((question) => `${question.source}/${question.index}@${question.position}`).join()}]`;
    case "mark":
      return `mark ${command.batch}`;
    case "run-batch": {
      const { plan, checkpoint, follow, recorded } = command;
      const ranges = plan.ranges.map((range) => `${range.startOffset}-${range.endOffset}`).join();
      return `run ${plan.batch} [${ranges}]${checkpoint ? " checkpoint" : ""}${plan.final ? " final" : ""}${follow ? " follow" : ""}${recorded ? "" : " unrecorded"}`;
    }
    case "plan-recorded":
      return `recorded ${command.batch}`;
  }
}
