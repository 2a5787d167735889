import { build, type Histogram } from "hdr-histogram-js";

/** Percentiles in milliseconds; absent where there are too few samples for one. */
export interface LatencySummary {
  /** From what to what. */
  readonly of: string;
  readonly count: number;
  readonly p50Ms: number | undefined;
  readonly p90Ms: number | undefined;
  readonly p99Ms: number | undefined;
  readonly p999Ms: number | undefined;
  readonly maxMs: number;
}

const MICROS_PER_MS = 1_000;
/** A percentile q needs this many samples beyond it, or it is the luck of a few. */
const SAMPLES_BEYOND = 100;

/** Collects latencies with buckets of at most 0.1 % error, up to a minute. */
export class LatencyRecorder {
  readonly #histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 60_000_000,
    numberOfSignificantValueDigits: 3,
  });

  record(latencyMs: number): void {
    this.#histogram.recordValue(Math.min(60_000_000, Math.max(1, Math.round(latencyMs * MICROS_PER_MS))));
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  summary(of: string): LatencySummary {
    const count = this.#histogram.totalCount;
    const at = (percentile: number): number | undefined =>
      hasEnough(count, percentile) ? this.#histogram.getValueAtPercentile(percentile) / MICROS_PER_MS : undefined;
    return { of, count, p50Ms: at(50), p90Ms: at(90), p99Ms: at(99), p999Ms: at(99.9), maxMs: this.#histogram.maxValue / MICROS_PER_MS };
  }
}

/** Whether a percentile of so many samples means anything: 100 / (1 - q). */
export function hasEnough(count: number, percentile: number): boolean {
  return count * (1 - percentile / 100) >= SAMPLES_BEYOND - 1e-6;
}
