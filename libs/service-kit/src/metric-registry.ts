import type { Counter, GaugeSample, Histogram, Labels, Metrics } from "@millrace/ports";
import { assert } from "@millrace/stdx";
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
}

/**
 * The Metrics port, kept in this process: the Prometheus page and OTLP export both read from here, so they never disagree, and recording
 * costs a map look-up without any of OpenTelemetry's packages loaded. Asking for a name again gives the same metric.
 */
export class MetricRegistry implements Metrics {
  readonly #metrics = new Map<string, Metric>();
  #droppedSeries = 0;
  readonly #onDrop = (): void => {
    this.#droppedSeries++;
  };

  counter(name: string, help: string): Counter {
    return this.#metric(name, "counter", () => new CounterMetric(name, help, this.#onDrop));
  }

  histogram(name: string, help: string): Histogram {
    return this.#metric(name, "histogram", () => new HistogramMetric(name, help, this.#onDrop));
  }

  /** One named `…_total` is a counter that somebody else counts, like CPU time. */
  gauge(name: string, help: string, observe: () => Iterable<GaugeSample>): void {
    this.#metric(name, "gauge", () => new GaugeMetric(name, help)).observers.push(observe);
  }

  /** Every metric, by name. Gauges are observed now. */
  collect(): readonly MetricSnapshot[] {
    const own: MetricSnapshot = {
      kind: "counter",
      name: "millrace_metrics_dropped_samples_total",
      help: "Samples dropped because their metric has too many label sets.",
      samples: [{ value: this.#droppedSeries }],
    };
    return [...[...this.#metrics.values()].map((metric) => metric.snapshot()), own].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #metric<M extends Metric>(name: string, kind: M["kind"], make: () => M): M {
    const existing = this.#metrics.get(name);
    if (existing !== undefined) {
      assert(existing.kind === kind, `metric has another kind already name=${name} kind=${existing.kind} asked=${kind}`);
      return existing as M;
    }
    assert(NAME_PATTERN.test(name), `metric name must be letters, digits and underscores name=${name}`);
    const metric = make();
    this.#metrics.set(name, metric);
    return metric;
  }
}

const NAME_PATTERN = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

type Metric = CounterMetric | HistogramMetric | GaugeMetric;

class CounterMetric implements Counter {
  readonly kind = "counter";
  readonly #name: string;
  readonly #help: string;
  readonly #series: SeriesMap<{ value: number }>;

  constructor(name: string, help: string, onDrop: () => void) {
    this.#name = name;
    this.#help = help;
    this.#series = new SeriesMap(() => ({ value: 0 }), onDrop);
  }

  add(value: number, labels?: Labels): void {
    const series = this.#series.get(labels);
    if (series !== undefined) series.value += value;
  }

  snapshot(): MetricSnapshot {
    const samples = this.#series.entries().map(([labels, { value }]) => ({ labels, value }));
    return { kind: "counter", name: this.#name, help: this.#help, samples };
  }
}

class HistogramMetric implements Histogram {
  readonly kind = "histogram";
  readonly #name: string;
  readonly #help: string;
  readonly #series: SeriesMap<{ bucketCounts: number[]; sum: number; count: number }>;

  constructor(name: string, help: string, onDrop: () => void) {
    this.#name = name;
    this.#help = help;
    this.#series = new SeriesMap(
      () => ({ bucketCounts: new Array<number>(DURATION_BUCKETS.length + 1).fill(0), sum: 0, count: 0 }),
      onDrop,
    );
  }

  record(value: number, labels?: Labels): void {
    const series = this.#series.get(labels);
    if (series === undefined) return;
    const found = DURATION_BUCKETS.findIndex((bound) => value <= bound);
    const index = found === -1 ? DURATION_BUCKETS.length : found;
    series.bucketCounts[index] = (series.bucketCounts[index] ?? 0) + 1;
    series.sum += value;
    series.count++;
  }

  snapshot(): MetricSnapshot {
    const series = this.#series
      .entries()
      .map(([labels, { bucketCounts, sum, count }]) => ({ labels, bucketCounts: [...bucketCounts], sum, count }));
    return { kind: "histogram", name: this.#name, help: this.#help, bounds: DURATION_BUCKETS, series };
  }
}

class GaugeMetric {
  readonly kind = "gauge";
  readonly observers: (() => Iterable<GaugeSample>)[] = [];
  readonly #name: string;
  readonly #help: string;

  constructor(name: string, help: string) {
    this.#name = name;
    this.#help = help;
  }

  snapshot(): MetricSnapshot {
    const samples = this.observers.flatMap((observe) => [...observe()]).slice(0, SERIES_PER_METRIC_MAX);
    return { kind: this.#name.endsWith("_total") ? "counter" : "gauge", name: this.#name, help: this.#help, samples };
  }
}

const NO_LABELS: Labels = {};

/**
 * Values by label set. Two ways spare building a key, for hot paths: one label (or none) is looked up by its name and value, and the same object
 * of several labels by itself.
 */
class SeriesMap<T> {
  readonly #make: () => T;
  readonly #onDrop: () => void;
  readonly #byKey = new Map<string, { labels: Labels; value: T }>();
  readonly #byOnlyLabel = new Map<string, Map<Labels[string], T>>();
  readonly #byObject = new WeakMap<Labels, T>();

  constructor(make: () => T, onDrop: () => void) {
    this.#make = make;
    this.#onDrop = onDrop;
  }

  get(labels: Labels = NO_LABELS): T | undefined {
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
        this.#onDrop();
        return undefined;
      }
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
