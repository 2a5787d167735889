import type { JobSettings } from "@millrace/model";
import { assert } from "@millrace/stdx";
import { INITIAL_RATE, LIMITED_BATCH_MS_MIN } from "./limits.ts";

/** Spark's defaults. The derivative's weight is 0: it is left out. */
const PROPORTIONAL = 1;
const INTEGRAL = 0.2;
/** Records per second; never less is asked for. */
const RATE_MIN = 100;

/**
 * How many records a job can take, from how its batches went: Spark's PID estimator (stream-semantics §8). What a slow sink or operator cannot take stays in the log: a batch is
 * planned no greater than what is worked off in its time, from the first one on.
 */
export class RateEstimator {
  readonly #batchMs: number;
  /** A batch is to be done in this time. */
  readonly #windowMs: number;
  #recordsMax: number;
  #beganMs = 0;
  #processingMs = 0;
  #timeMs = -Infinity;
  #rate = INITIAL_RATE;
  #isFirst = true;

  constructor(batchMs: number) {
    assert(batchMs > 0, "a batch takes time");
    this.#batchMs = batchMs;
    this.#windowMs = Math.max(batchMs, LIMITED_BATCH_MS_MIN);
    this.#recordsMax = this.#inWindow(INITIAL_RATE);
  }

  /** Records per second. */
  get rate(): number {
    return this.#rate;
  }

  /** The job's settings, with the bound of a batch as low as the rate asks for. */
  bound(settings: JobSettings): JobSettings {
    return { ...settings, maxRecordsPerBatch: Math.min(settings.maxRecordsPerBatch, this.#recordsMax) };
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
    const processed = (records / processingMs) * 1_000;
    const history = (schedulingMs * processed) / this.#batchMs;
    const estimate = this.#isFirst ? processed : this.#rate - PROPORTIONAL * (this.#rate - processed) - INTEGRAL * history;
    this.#isFirst = false;
    this.#rate = Math.max(RATE_MIN, estimate);
    this.#timeMs = timeMs;
    const recordsMax = this.#inWindow(this.#rate);
    // A small batch that was done in its time shows how little there was, not how little can be taken: a burst after quiet hours is read at once.
    this.#recordsMax = processingMs > this.#windowMs ? recordsMax : Math.max(this.#recordsMax, recordsMax);
  }

  #inWindow(rate: number): number {
    return Math.max(1, Math.floor((rate * this.#windowMs) / 1_000));
  }
}
