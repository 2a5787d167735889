import { describe, expect, it } from "@jest/globals";
import { DURATION_BUCKETS, SERIES_PER_METRIC_MAX } from "./limits.ts";
import { MetricRegistry } from "./metric-registry.ts";
import { formatPrometheus } from "./prometheus-text.ts";

describe("formatPrometheus", () => {
  it("shows counters by label set, whatever the order of labels", () => {
    const registry = new MetricRegistry();
    const counter = registry.counter("records_total", "Records taken.");
    counter.add(1, { topic: "a", side: "in" });
    counter.add(2, { side: "in", topic: "a" });
    counter.add(5, { topic: 'we"ird\n\\', side: "out" });
    registry.counter("records_total", "Records taken.").add(1, { topic: "a", side: "in" });
    expect(formatPrometheus(registry.collect())).toBe(
      [
        "# HELP millrace_metrics_dropped_samples_total Samples dropped because their metric has too many label sets.",
        "# TYPE millrace_metrics_dropped_samples_total counter",
        "millrace_metrics_dropped_samples_total 0",
        "# HELP records_total Records taken.",
        "# TYPE records_total counter",
        'records_total{topic="a",side="in"} 4',
        'records_total{topic="we\\"ird\\n\\\\",side="out"} 5',
        "",
      ].join("\n"),
    );
  });

  it("shows histograms with cumulated buckets, sum and count", () => {
    const registry = new MetricRegistry();
    const histogram = registry.histogram("append_seconds", "Appends.");
    for (const seconds of [0.0004, 0.0005, 0.02, 99]) histogram.record(seconds);
    const lines = formatPrometheus(registry.collect()).split("\n");
    expect(lines).toContain('append_seconds_bucket{le="0.0005"} 2');
    expect(lines).toContain('append_seconds_bucket{le="0.025"} 3');
    expect(lines).toContain('append_seconds_bucket{le="10"} 3');
    expect(lines).toContain('append_seconds_bucket{le="+Inf"} 4');
    expect(lines).toContain("append_seconds_count 4");
    expect(lines.filter((line) => line.startsWith("append_seconds_bucket"))).toHaveLength(DURATION_BUCKETS.length + 1);
  });

  it("observes gauges at each collection, all observers of a name", () => {
    const registry = new MetricRegistry();
    let value = 1;
    registry.gauge("depth", "Depth.", () => [{ value, labels: { queue: "a" } }]);
    registry.gauge("depth", "Depth.", () => [{ value: 7, labels: { queue: "b" } }]);
    value = 2;
    const text = formatPrometheus(registry.collect());
    expect(text).toContain('depth{queue="a"} 2\ndepth{queue="b"} 7\n');
  });

  it("shows what somebody else counts as a counter", () => {
    const registry = new MetricRegistry();
    registry.gauge("cpu_seconds_total", "CPU.", () => [{ value: 1.5 }]);
    expect(formatPrometheus(registry.collect())).toContain("# TYPE cpu_seconds_total counter\ncpu_seconds_total 1.5\n");
  });

  it("drops and counts label sets beyond the bound", () => {
    const registry = new MetricRegistry();
    const counter = registry.counter("keys_total", "Keys.");
    for (let key = 0; key < SERIES_PER_METRIC_MAX + 3; key++) counter.add(1, { key: String(key) });
    expect(formatPrometheus(registry.collect())).toContain("millrace_metrics_dropped_samples_total 3");
  });
});
