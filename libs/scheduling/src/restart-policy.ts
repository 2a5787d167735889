import type { JobFailure } from "./job-record.ts";
import { BATCH_ATTEMPTS_MAX, RESTART_DELAY_MAX_MS, RESTART_DELAY_MIN_MS, RESTART_WINDOW_MS } from "./limits.ts";

/** Failures that come from outside the job and pass: they never make it fail, however often. */
export function comesFromElsewhere(failure: JobFailure): boolean {
  return ["unavailable", "retry", "fenced"].includes(failure.kind);
}

export function executorLost(executor: string): JobFailure {
  return { kind: "unavailable", code: "executor-lost", message: "an executor of the job went away", context: { executor } };
}

/** Counts what goes wrong with a job: how long to wait before the next epoch, and when to give up. */
export class RestartPolicy {
  readonly #restartsMax: number;
  #failureTimesMs: number[] = [];
  #recentMs: number[] = [];
  #failedBatch = -1;
  #failedAttempts = 0;

  constructor(options: { restartsMax: number }) {
    this.#restartsMax = options.restartsMax;
  }

  /** A batch failed in a way that it would repeat. True: often enough, the job fails. */
  repeatsTooOften(batch: number): boolean {
    this.#failedAttempts = this.#failedBatch === batch ? this.#failedAttempts + 1 : 1;
    this.#failedBatch = batch;
    return this.#failedAttempts >= BATCH_ATTEMPTS_MAX;
  }

  /** Replays of batches before the failed one say nothing about it. */
  batchSucceeded(batch: number): void {
    if (batch < this.#failedBatch) return;
    this.#failedBatch = -1;
    this.#failedAttempts = 0;
  }

  /**
   * Milliseconds until the next epoch may start, doubling while restarts come close together; undefined: too many failures, the job fails. A
   * restart because something went away (an executor, a broker) is no failure of the job, however often it happens.
   */
  nextDelayMs(nowMs: number, options: { failure: boolean }): number | undefined {
    const within = (times: readonly number[], windowMs: number): number[] => times.filter((time) => nowMs - time < windowMs);
    this.#recentMs = [...within(this.#recentMs, RESTART_DELAY_MAX_MS * 4), nowMs];
    if (options.failure) this.#failureTimesMs = [...within(this.#failureTimesMs, RESTART_WINDOW_MS), nowMs];
    if (this.#failureTimesMs.length > this.#restartsMax) return undefined;
    const recent = this.#recentMs.length;
    return Math.min(RESTART_DELAY_MAX_MS, RESTART_DELAY_MIN_MS * 2 ** (recent - 1));
  }
}
