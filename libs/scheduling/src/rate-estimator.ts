import type { JobSettings } from "@millrace/model";
import { assert } from "@millrace/stdx";
import { INITIAL_RATE, LIMITED_BATCH_MS_MIN } from "./limits.ts";

export interface RateSettings {
  readonly proportional: number;
  readonly integral: number;
  readonly derivative: number;
  /** Records per second; never less is asked for. */
  readonly minRate: number;
}

/** Spark's defaults. */
export const RATE_SETTINGS_DEFAULT: RateSettings = { proportional: 1, integral: 0.2, derivative: 0, minRate: 100 };

/**
 * How many records a job can take, from how its batches went: Spark's PID estimator (stream-semantics §8). What a slow sink or operator cannot take stays in the log: a batch is
 * planned no greater than what is worked off in its time, from the first one on.
 */
export class RateEstimator {
  readonly #settings: RateSettings;
  readonly #batchMs: number;
  #beganMs = 0;
  #processingMs = 0;
  #timeMs = -Infinity;
  #rate = INITIAL_RATE;
  #error = 0;
  #isFirst = true;

  constructor(batchMs: number, settings: RateSettings = RATE_SETTINGS_DEFAULT) {
    const { proportional, integral, derivative, minRate } = settings;
    assert(batchMs > 0 && proportional >= 0 && integral >= 0 && derivative >= 0 && minRate > 0, "rate settings out of range");
    this.#batchMs = batchMs;
    this.#settings = settings;
  }

  /** Records per second. */
  get rate(): number {
    return this.#rate;
  }

  /** The job's settings, with the bound of a batch as low as the rate asks for. */
  bound(settings: JobSettings): JobSettings {
    const seconds = Math.max(this.#batchMs, LIMITED_BATCH_MS_MIN) / 1_000;
    return { ...settings, maxRecordsPerBatch: Math.max(1, Math.min(settings.maxRecordsPerBatch, Math.floor(this.#rate * seconds))) };
  }

  /** What the last batch took, milliseconds; 0: there was none. */
  get processingMs(): number {
    return this.#processingMs;
  }

  /** On any clock that does not go back. */
  batchBegan(timeMs: number): void {
    this.#beganMs = timeMs;
  }

  /** `schedulingMs`: how long it had waited for the one before. Batches of a job are not begun before the last is done: planning waits instead. */
  batchDone(timeMs: number, records: number, schedulingMs = 0): void {
    const processingMs = (this.#processingMs = timeMs - this.#beganMs);
    if (timeMs <= this.#timeMs || records <= 0 || processingMs <= 0) return;
    const { proportional, integral, derivative, minRate } = this.#settings;
    const processed = (records / processingMs) * 1_000;
    if (this.#isFirst) {
      this.#isFirst = false;
      this.#rate = Math.max(minRate, processed);
    } else {
      const error = this.#rate - processed;
      const history = (schedulingMs * processed) / this.#batchMs;
      const change = (error - this.#error) / ((timeMs - this.#timeMs) / 1_000);
      this.#rate = Math.max(minRate, this.#rate - proportional * error - integral * history - derivative * change);
      this.#error = error;
    }
    this.#timeMs = timeMs;
  }
}
