import { assert, assertDefined } from "@millrace/stdx";
import type { EpochWorkers } from "./epoch-workers.ts";
import { JobCommits } from "./job-commits.ts";
import type { JobChange, JobEffect, WorkerCommand } from "./job-events.ts";
import type { Now } from "./job-input.ts";
import type { JobPhase } from "./job-phase.ts";
import type { JobFailure, JobRecord } from "./job-record.ts";
import { phaseTimeout, StartLimits } from "./start-limits.ts";

/** What a job machine has in hand while it handles an event: the job's record, its workers, the time, and what is to be done. */
export abstract class JobHand {
  #record: JobRecord;
  #effects: JobEffect[] = [];
  protected now: Now = { wallMs: 0, monotonicMs: 0 };
  protected workers: EpochWorkers | undefined;
  /** Greatest epoch that workers were ever started with; the store has it before they are. */
  protected epochGiven: number;
  protected readonly starts = new StartLimits();
  protected readonly commits = new JobCommits((effect) => this.emit(effect));

  protected constructor(record: JobRecord) {
    this.#record = record;
    this.epochGiven = record.jobEpoch;
  }

  get record(): JobRecord {
    return this.#record;
  }

  protected begin(now: Now): void {
    this.#effects = [];
    this.now = now;
  }

  protected takeEffects(): readonly JobEffect[] {
    return this.#effects;
  }

  protected emit(effect: JobEffect): void {
    this.#effects.push(effect);
  }

  protected update(changes: Partial<JobRecord>): void {
    this.#record = { ...this.#record, ...changes };
    this.emit({ kind: "status-changed" });
  }

  /** With the greatest epoch that was ever given out: a coordinator that takes over must not give one out again. */
  protected putRecord(): JobChange {
    return { kind: "put-record", record: { ...this.#record, jobEpoch: this.epochGiven } };
  }

  protected phaseTimer(delayMs: number): void {
    this.emit({ kind: "set-timer", name: "phase", delayMs });
  }

  /** For a step of a start that takes so long at most where nothing is in its way. */
  protected startTimer(usualMs: number): void {
    this.phaseTimer(this.starts.limitMs(usualMs));
    this.emit({ kind: "status-changed" });
  }

  protected started(): void {
    this.starts.done();
    this.emit({ kind: "cancel-timer", name: "phase" });
  }

  /** One more worker has done its step of the start. True: all have. */
  protected isLast(pending: Set<number>, workerIndex: number): boolean {
    pending.delete(workerIndex);
    this.emit({ kind: "status-changed" });
    return pending.size === 0;
  }

  /** Why a job whose workers stayed in this phase for too long begins anew. */
  protected timedOut(phase: JobPhase): JobFailure {
    const start = this.starts.figuresOf(phase, this.workers);
    if (start !== undefined) this.starts.tookTooLong();
    return phaseTimeout(phase.kind, start);
  }

  protected toAll(command: (workerIndex: number) => WorkerCommand): void {
    const workers = assertDefined(this.workers, "workers");
    assert(workers.count > 0, "a running job has workers");
    workers.tell(command).forEach((effect) => this.emit(effect));
  }
}
