import { build } from "hdr-histogram-js";

const MICROSECONDS = 1_000;

/** Milliseconds. */
export interface LatencySummary {
  readonly count: number;
  readonly avgMs: number;
  readonly maxMs: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
}

export interface Latencies {
  add(ms: number, count?: number): void;
  summary(): LatencySummary;
}

/** Collects latencies to three digits, in little memory however many there are. */
export function createLatencies(): Latencies {
  const histogram = build({ numberOfSignificantValueDigits: 3, bitBucketSize: 64 });
  return {
    add: (ms, count = 1) => histogram.recordValueWithCount(Math.max(0, Math.round(ms * MICROSECONDS)), count),
    summary: () => {
      const at = (percentile: number): number => histogram.getValueAtPercentile(percentile) / MICROSECONDS;
      const count = histogram.totalCount;
      const [avgMs, maxMs] = count === 0 ? [0, 0] : [histogram.mean / MICROSECONDS, histogram.maxValue / MICROSECONDS];
      return { count, avgMs, maxMs, p50: at(50), p95: at(95), p99: at(99), p999: at(99.9) };
    },
  };
}
