import type { EpochWorkers } from "./epoch-workers.ts";
import type { JobEffect, JobEvent } from "./job-events.ts";
import type { JobFailure } from "./job-record.ts";
import { PHASE_TIMEOUTS_MS, RESCALE_RETRY_MS, RESCALE_START_ROUNDS } from "./limits.ts";
import { StartLimits } from "./start-limits.ts";

interface Upcoming {
  readonly workers: EpochWorkers;
  readonly commitSequence: number;
  /** What starts the others, in order. */
  readonly unstarted: JobEffect[];
}

/**
 * The way of a running job to another layout. The workers of the next epoch start beside those that run; only when all are ready does the job need a batch
 * that ends in a checkpoint, and there they take over. So what the job is without is not their start, only the change.
 */
export class Rescale {
  readonly #emit: (effect: JobEffect) => void;
  readonly #limits = new StartLimits();
  #upcoming: Upcoming | undefined;
  #pausedSinceMs: number | undefined;
  /** Between the last batch on one layout and open tasks on the next, of the last rescale; 0: there was none. */
  lastPauseMs = 0;
  /** A user waits for it, and it could not begin yet. */
  isAsked = false;

  constructor(emit: (effect: JobEffect) => void) {
    this.#emit = emit;
  }

  get upcoming(): EpochWorkers | undefined {
    return this.#upcoming?.workers;
  }

  /** Those who can take over now. */
  get ready(): EpochWorkers | undefined {
    return this.upcoming?.areReady === true ? this.upcoming : undefined;
  }

  get isUnderWay(): boolean {
    return this.isAsked || this.#upcoming !== undefined || this.#pausedSinceMs !== undefined;
  }

  /** They start when that commit, which has their epoch and transactional ids, is durable. */
  begin(workers: EpochWorkers, commitSequence: number): void {
    this.isAsked = false;
    this.#upcoming = { workers, commitSequence, unstarted: workers.start() };
  }

  committed(sequence: number): void {
    if (this.#upcoming?.commitSequence !== sequence) return;
    const atOnce = Math.ceil(this.#upcoming.workers.count / RESCALE_START_ROUNDS);
    for (let i = 0; i < atOnce; i++) this.#startNext(this.#upcoming);
  }

  #startNext(upcoming: Upcoming): void {
    this.#emit({ kind: "set-timer", name: "prepare", delayMs: this.#limits.limitMs(PHASE_TIMEOUTS_MS.starting) });
    const [next] = upcoming.unstarted.splice(0, 1);
    if (next !== undefined) this.#emit(next);
  }

  /** A report of a worker, perhaps an upcoming one. Answers with why it cannot be done now: the job then runs on as it is, and it is tried again later. */
  report({ jobEpoch, workerIndex, report }: JobEvent & { readonly kind: "worker" }): JobFailure | undefined {
    if (jobEpoch !== this.upcoming?.jobEpoch) return undefined;
    if (report.kind === "failed") return this.giveUp(report.failure);
    if (report.kind !== "ready" || this.#upcoming === undefined) return undefined;
    this.#upcoming.workers.ready(workerIndex, report);
    if (this.ready === undefined) this.#startNext(this.#upcoming);
    else this.#emit({ kind: "cancel-timer", name: "prepare" });
    return undefined;
  }

  timedOut(): JobFailure {
    this.#limits.tookTooLong();
    const message = "workers of a new layout did not start in time";
    return this.giveUp({ kind: "unavailable", code: "phase-timeout", message, context: { phase: "rescaling" } });
  }

  giveUp(failure: JobFailure): JobFailure {
    this.drop();
    this.#emit({ kind: "set-timer", name: "rescale", delayMs: RESCALE_RETRY_MS });
    return failure;
  }

  /** They are the job's workers from now on, and have no tasks open yet. `sinceMs`: when the last batch of the former ones was done. */
  takeOver(sinceMs: number): void {
    this.#limits.done();
    this.#upcoming = undefined;
    this.#pausedSinceMs = sinceMs;
  }

  /** Tasks are open. */
  opened(workerCount: number, nowMs: number): void {
    if (this.#pausedSinceMs === undefined) return;
    this.lastPauseMs = nowMs - this.#pausedSinceMs;
    this.#pausedSinceMs = undefined;
    this.#emit({ kind: "rescaled", workers: workerCount, pauseMs: this.lastPauseMs });
  }

  /** What was prepared is not wanted any more. */
  drop(): void {
    if (this.#upcoming === undefined) return;
    this.#emit({ kind: "cancel-timer", name: "prepare" });
    this.#upcoming.workers.stop().forEach(this.#emit);
    this.#upcoming = undefined;
  }

  /** The job's workers end: it starts anew, with the layout that is wanted then, or not at all. */
  abandon(): void {
    this.drop();
    this.isAsked = false;
    this.#pausedSinceMs = undefined;
  }
}
