import { BATCH_ATTEMPTS_MAX, RESTART_DELAY_MAX_MS, RESTART_DELAY_MIN_MS, RESTART_WINDOW_MS } from "./limits.ts";

/** Counts what goes wrong with a job: how long to wait before the next epoch, and when to give up. */
export class RestartPolicy {
  readonly #restartsMax: number;
  #restartTimesMs: number[] = [];
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

  /** Milliseconds until the next epoch may start, doubling while failures come close together; undefined: too many, the job fails. */
  nextDelayMs(nowMs: number): number | undefined {
    this.#restartTimesMs = [...this.#restartTimesMs.filter((time) => nowMs - time < RESTART_WINDOW_MS), nowMs];
    if (this.#restartTimesMs.length > this.#restartsMax) return undefined;
    const recent = this.#restartTimesMs.filter((time) => nowMs - time < RESTART_DELAY_MAX_MS * 4).length;
    return Math.min(RESTART_DELAY_MAX_MS, RESTART_DELAY_MIN_MS * 2 ** (recent - 1));
  }
}
