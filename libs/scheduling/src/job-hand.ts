import { assert, assertDefined } from "@millrace/stdx";
import type { EpochWorkers } from "./epoch-workers.ts";
import { JobCommits } from "./job-commits.ts";
import type { JobChange, JobEffect, WorkerCommand } from "./job-events.ts";
import type { Now } from "./job-input.ts";
import type { JobRecord } from "./job-record.ts";

/** What a job machine has in hand while it handles an event: the job's record, its workers, the time, and what is to be done. */
export abstract class JobHand {
  #record: JobRecord;
  #effects: JobEffect[] = [];
  protected now: Now = { wallMs: 0, monotonicMs: 0 };
  protected workers: EpochWorkers | undefined;
  /** Greatest epoch that workers were ever started with; the store has it before they are. */
  protected epochGiven: number;
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

  protected toAll(command: (workerIndex: number) => WorkerCommand): void {
    const workers = assertDefined(this.workers, "workers");
    assert(workers.count > 0, "a running job has workers");
    workers.tell(command).forEach((effect) => this.emit(effect));
  }
}
