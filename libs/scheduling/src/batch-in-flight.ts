import type { EventTimeSeen } from "@millrace/planner";
import type { WorkerCommand, WorkerReport } from "./job-events.ts";
import type { BatchPlan, CheckpointManifest, StatePart } from "./job-record.ts";
import type { RunProgress } from "./progress.ts";

type MapDone = WorkerReport & { kind: "map-done" };
type BatchDone = WorkerReport & { kind: "batch-done" };

/** One batch while workers run it: collects their reports. Reports of another batch are of a former attempt and ignored. */
export class BatchInFlight {
  readonly plan: BatchPlan;
  readonly checkpoint: boolean;
  readonly eventTimes: EventTimeSeen[] = [];
  readonly #maps = new Set<number>();
  readonly #done = new Set<number>();
  readonly #workerCount: number;
  readonly #parts: StatePart[] = [];
  recordsIn = 0;
  recordsOut = 0;
  lateRecords = 0;
  statePending = false;
  #marksEndOffset = 0;
  #isRecorded: boolean;

  constructor(plan: BatchPlan, options: { workerCount: number; checkpoint: boolean; recorded: boolean }) {
    this.plan = plan;
    this.checkpoint = options.checkpoint;
    this.#workerCount = options.workerCount;
    this.#isRecorded = options.recorded;
  }

  /** Its plan is in the store for sure. */
  get isRecorded(): boolean {
    return this.#isRecorded;
  }

  /** It is now: workers may make permanent what they have made of it. */
  recorded(): WorkerCommand {
    this.#isRecorded = true;
    return { kind: "plan-recorded", batch: this.plan.batch };
  }

  mapDone(workerIndex: number, report: MapDone): void {
    if (report.batch !== this.plan.batch || this.#maps.has(workerIndex)) return;
    this.#maps.add(workerIndex);
    this.eventTimes.push(...report.eventTimes);
    this.recordsIn += report.recordsIn;
  }

  /** True when this was the last worker. None can be before the plan is recorded. */
  batchDone(workerIndex: number, report: BatchDone): boolean {
    if (report.batch !== this.plan.batch || !this.#isRecorded || this.#done.has(workerIndex)) return false;
    this.#done.add(workerIndex);
    this.recordsOut += report.recordsOut;
    this.lateRecords += report.lateRecords;
    this.statePending ||= report.statePending;
    this.#parts.push(...report.parts);
    this.#marksEndOffset = Math.max(this.#marksEndOffset, report.marksEndOffset);
    return this.#done.size === this.#workerCount;
  }

  /**
   * The checkpoint after this batch: new parts, and those of the former one that did not change or that new ones say the changes of. While later batches wait to be replayed, their
   * marks may be in the topic already: marks are then read again from where the former checkpoint said.
   */
  manifest(progress: RunProgress, former: CheckpointManifest | undefined, options: { replaying: boolean }): CheckpointManifest {
    const fresh = new Set(this.#parts.filter(({ isDelta }) => !isDelta).map(partKey));
    const kept = (former?.parts ?? []).filter((part) => !fresh.has(partKey(part)));
    return {
      batch: this.plan.batch,
      timeMs: this.plan.timeMs,
      digest: this.plan.digest,
      parts: [...kept, ...this.#parts].filter((part) => part.byteCount > 0),
      marksEndOffset: Math.max(options.replaying ? 0 : this.#marksEndOffset, former?.marksEndOffset ?? 0),
      tracker: progress.tracked,
      lastWatermarks: progress.lastWatermarks,
      positions: progress.positions,
      counters: progress.counters,
      statePending: progress.statePending,
      final: this.plan.final,
    };
  }
}

function partKey(part: StatePart): string {
  return `${part.operatorId}/${part.taskIndex}`;
}
