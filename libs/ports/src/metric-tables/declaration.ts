/** counter: only grows, from 0 at the start of the process. gauge: a value as it is now. histogram: durations, in buckets. */
export type MetricKind = "counter" | "gauge" | "histogram";

/** One metric as operators read of it; docs/operations/metrics.md is made of these. */
export interface MetricDeclaration {
  readonly kind: MetricKind;
  /** Of its values: `seconds`, `bytes`, `records`, or what is counted; `1` for a truth, `ratio` for 0 to 1. */
  readonly unit: string;
  /** Exactly these; from small sets, never keys, offsets, batch numbers or trace ids. */
  readonly labels: readonly string[];
  readonly help: string;
}

export type MetricTable = Readonly<Record<string, MetricDeclaration>>;
