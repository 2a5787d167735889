import type { MetricName } from "./metric-table.ts";

/** Counters, gauges and histograms as nodes see them, by their declared names (`metric-table.ts`). Label sets must be small: no keys, offsets or batch numbers. */
export interface Metrics {
  counter(name: MetricName<"counter">): Counter;
  histogram(name: MetricName<"histogram">): Histogram;
  /** `observe` is called at each collection; also for counters that somebody else counts. */
  gauge(name: MetricName<"gauge" | "counter">, observe: () => Iterable<GaugeSample>): void;
}

export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  add(value: number, labels?: Labels): void;
}

/** Seconds, for durations. */
export interface Histogram {
  /** `traceparent`: of a sampled span, kept as the exemplar of its bucket. */
  record(value: number, labels?: Labels, traceparent?: string): void;
}

export interface GaugeSample {
  readonly value: number;
  readonly labels?: Labels;
}

export const NO_METRICS: Metrics = {
  counter: () => ({ add: () => undefined }),
  histogram: () => ({ record: () => undefined }),
  gauge: () => undefined,
};
