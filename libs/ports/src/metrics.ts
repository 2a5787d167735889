/** Counters, gauges and histograms as nodes see them; OpenTelemetry behind. Label sets must be small: no keys, offsets or batch numbers. */
export interface Metrics {
  counter(name: string, help: string): Counter;
  histogram(name: string, help: string): Histogram;
  /** `observe` is called at each collection. */
  gauge(name: string, help: string, observe: () => Iterable<GaugeSample>): void;
}

export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  add(value: number, labels?: Labels): void;
}

/** Seconds, for durations. */
export interface Histogram {
  record(value: number, labels?: Labels): void;
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
