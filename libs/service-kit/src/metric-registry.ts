import {
  type Counter,
  type GaugeSample,
  type Histogram,
  type Labels,
  type MetricDeclaration,
  METRICS,
  type Metrics,
} from "@millrace/ports";
import { assert, assertDefined } from "@millrace/stdx";
import { DURATION_BUCKETS, SERIES_PER_METRIC_MAX } from "./limits.ts";

/** All series of one metric, as they are now. */
export type MetricSnapshot =
  | { readonly kind: "counter" | "gauge"; readonly name: string; readonly help: string; readonly samples: readonly GaugeSample[] }
  | {
      readonly kind: "histogram";
      readonly name: string;
      readonly help: string;
      readonly bounds: readonly number[];
      readonly series: readonly HistogramSeries[];
    };

export interface HistogramSeries {
  readonly labels: Labels;
  /** Per bucket, not cumulated; one more than there are bounds. */
  readonly bucketCounts: readonly number[];
  readonly sum: number;
  readonly count: number;
  /** Per bucket the last value of a sampled trace, where there was one. */
  readonly exemplars: readonly (Exemplar | undefined)[];
}

/** A value that a trace explains. */
export interface Exemplar {
  readonly traceId: string;
  readonly value: number;
  readonly atMs: number;
}

/**
 * The Metrics port, kept in this process: the Prometheus page and OTLP export both read from here, so they never disagree, and recording
 * costs a map look-up without any of OpenTelemetry's packages loaded. Asking for a name again gives the same metric; one that is not declared is a bug.
 */
export class MetricRegistry implements Metrics {
  readonly #declared: ReadonlyMap<string, MetricDeclaration>;
  readonly #metrics = new Map<string, Metric>();
  #droppedSeries = 0;
  readonly #onDrop = (count: number): void => {
    this.#droppedSeries += count;
  };

  constructor(declared: ReadonlyMap<string, MetricDeclaration> = METRICS) {
    this.#declared = declared;
  }

  counter(name: string): Counter {
    return this.#metric(name, ["counter"], CounterMetric);
  }

  histogram(name: string): Histogram {
    return this.#metric(name, ["histogram"], HistogramMetric);
  }

  gauge(name: string, observe: () => Iterable<GaugeSample>): void {
    this.#metric(name, ["gauge", "counter"], ObservedMetric).observers.push(observe);
  }

  /** Every metric, by name. Gauges are observed now. */
  collect(): readonly MetricSnapshot[] {
    const own: MetricSnapshot = {
      kind: "counter",
      name: DROPPED,
      help: METRICS.get(DROPPED)?.help ?? "",
      samples: [{ value: this.#droppedSeries }],
    };
    return [...[...this.#metrics.values()].map((metric) => metric.snapshot()), own].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #metric<M extends Metric>(name: string, kinds: readonly string[], type: new (init: MetricInit) => M): M {
    const declaration = assertDefined(this.#declared.get(name), `metric is not declared, see libs/ports/src/metric-tables name=${name}`);
    assert(kinds.includes(declaration.kind), `metric is declared as another kind name=${name} kind=${declaration.kind}`);
    const existing = this.#metrics.get(name);
    if (existing !== undefined) {
      assert(existing instanceof type, `metric is counted here and observed elsewhere name=${name}`);
      return existing;
    }
    const metric = new type({ name, declaration, onDrop: this.#onDrop });
    this.#metrics.set(name, metric);
    return metric;
  }
}

const DROPPED = "millrace_metrics_dropped_samples_total";

interface MetricInit {
  readonly name: string;
  readonly declaration: MetricDeclaration;
  readonly onDrop: (count: number) => void;
}

type Metric = CounterMetric | HistogramMetric | ObservedMetric;

class CounterMetric implements Counter {
  readonly #init: MetricInit;
  readonly #series: SeriesMap<{ value: number }>;

  constructor(init: MetricInit) {
    this.#init = init;
    this.#series = new SeriesMap(() => ({ value: 0 }), init);
    if (init.declaration.labels.length === 0) this.#series.get(); // From 0, so that its first increase is one.
  }

  add(value: number, labels?: Labels): void {
    const series = this.#series.get(labels);
    if (series !== undefined) series.value += value;
  }

  snapshot(): MetricSnapshot {
    const samples = this.#series.entries().map(([labels, { value }]) => ({ labels, value }));
    return { kind: "counter", name: this.#init.name, help: this.#init.declaration.help, samples };
  }
}

interface HistogramValues {
  readonly bucketCounts: number[];
  readonly exemplars: (Exemplar | undefined)[];
  sum: number;
  count: number;
}

class HistogramMetric implements Histogram {
  readonly #init: MetricInit;
  readonly #series: SeriesMap<HistogramValues>;

  constructor(init: MetricInit) {
    this.#init = init;
    const buckets = DURATION_BUCKETS.length + 1;
    this.#series = new SeriesMap(
      () => ({
        bucketCounts: new Array<number>(buckets).fill(0),
        exemplars: new Array<undefined>(buckets).fill(undefined),
        sum: 0,
        count: 0,
      }),
      init,
    );
    if (init.declaration.labels.length === 0) this.#series.get();
  }

  record(value: number, labels?: Labels, traceparent?: string): void {
    const series = this.#series.get(labels);
    if (series === undefined) return;
    let index = 0;
    while (index < DURATION_BUCKETS.length && !(value <= (DURATION_BUCKETS[index] ?? Infinity))) index++;
    series.bucketCounts[index] = (series.bucketCounts[index] ?? 0) + 1;
    series.sum += value;
    series.count++;
    if (traceparent !== undefined) series.exemplars[index] = { traceId: traceparent.slice(3, 35), value, atMs: Date.now() };
  }

  snapshot(): MetricSnapshot {
    const series = this.#series.entries().map(([labels, { bucketCounts, exemplars, sum, count }]) => ({
      labels,
      bucketCounts: [...bucketCounts],
      exemplars: [...exemplars],
      sum,
      count,
    }));
    return { kind: "histogram", name: this.#init.name, help: this.#init.declaration.help, bounds: DURATION_BUCKETS, series };
  }
}

/** A gauge, or a counter that somebody else counts. */
class ObservedMetric {
  readonly observers: (() => Iterable<GaugeSample>)[] = [];
  readonly #init: MetricInit;

  constructor(init: MetricInit) {
    this.#init = init;
  }

  snapshot(): MetricSnapshot {
    const { name, declaration, onDrop } = this.#init;
    const all = this.observers.flatMap((observe) => [...observe()]);
    const samples = all.slice(0, SERIES_PER_METRIC_MAX);
    if (all.length > samples.length) onDrop(all.length - samples.length);
    for (const { labels } of samples) if (labels !== undefined) assertLabels(labels, this.#init);
    return { kind: declaration.kind === "counter" ? "counter" : "gauge", name, help: declaration.help, samples };
  }
}

function assertLabels(labels: Labels, { name, declaration }: MetricInit): void {
  for (const label in labels) assert(declaration.labels.includes(label), () => `label is not declared metric=${name} label=${label}`);
}

const NO_LABELS: Labels = {};

/**
 * Values by label set. Two ways spare building a key, for hot paths: one label (or none) is looked up by its name and value, and the same object
 * of several labels by itself.
 */
class SeriesMap<T> {
  readonly #make: () => T;
  readonly #init: MetricInit;
  readonly #byKey = new Map<string, { labels: Labels; value: T }>();
  readonly #byOnlyLabel = new Map<string, Map<Labels[string], T>>();
  readonly #byObject = new WeakMap<Labels, T>();
  /** Most come with the labels of the time before. */
  #lastLabels: Labels | undefined;
  #last: T | undefined;

  constructor(make: () => T, init: MetricInit) {
    this.#make = make;
    this.#init = init;
  }

  get(labels: Labels = NO_LABELS): T | undefined {
    if (labels !== this.#lastLabels) {
      this.#last = this.#lookUp(labels);
      this.#lastLabels = this.#last === undefined ? undefined : labels;
    }
    return this.#last;
  }

  #lookUp(labels: Labels): T | undefined {
    const name = onlyNameOf(labels);
    if (name === undefined) return this.#byObject.get(labels) ?? this.#find(labels);
    return this.#byOnlyLabel.get(name)?.get(labels[name] ?? "") ?? this.#find(labels);
  }

  entries(): [Labels, T][] {
    return [...this.#byKey.values()].map(({ labels, value }) => [labels, value]);
  }

  /** By key, made if there is room; found without one from then on. */
  #find(labels: Labels): T | undefined {
    const key = keyOf(labels);
    let series = this.#byKey.get(key);
    if (series === undefined) {
      if (this.#byKey.size >= SERIES_PER_METRIC_MAX) {
        this.#init.onDrop(1);
        return undefined;
      }
      assertLabels(labels, this.#init);
      series = { labels: { ...labels }, value: this.#make() };
      this.#byKey.set(key, series);
    }
    this.#remember(labels, series.value);
    return series.value;
  }

  #remember(labels: Labels, value: T): void {
    const name = onlyNameOf(labels);
    if (name === undefined) {
      this.#byObject.set(labels, value);
      return;
    }
    let byValue = this.#byOnlyLabel.get(name);
    if (byValue === undefined) this.#byOnlyLabel.set(name, (byValue = new Map<string, T>()));
    byValue.set(labels[name] ?? "", value);
  }
}

/** The name of the only label; undefined where there is none, or more than one. */
function onlyNameOf(labels: Labels): string | undefined {
  let only: string | undefined;
  for (const name in labels) {
    if (only !== undefined) return undefined;
    only = name;
  }
  return only;
}

function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
