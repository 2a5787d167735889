import { describe, expect, it } from "@jest/globals";
import { DURATION_BUCKETS, SERIES_PER_METRIC_MAX } from "./limits.ts";
import { declared } from "./declared.fixture.ts";
import { MetricRegistry } from "./metric-registry.ts";
import { formatOpenMetrics, formatPrometheus } from "./prometheus-text.ts";

const TABLE = declared({
  records_total: { kind: "counter", labels: ["topic", "side"], help: "Records taken." },
  keys_total: { kind: "counter", labels: ["key"] },
  cpu_seconds_total: { kind: "counter" },
  append_seconds: { kind: "histogram" },
  depth: { kind: "gauge", labels: ["queue"] },
});

describe("formatPrometheus", () => {
  it("shows counters by label set, whatever the order of labels", () => {
    const registry = new MetricRegistry(TABLE);
    const counter = registry.counter("records_total");
    counter.add(1, { topic: "a", side: "in" });
    counter.add(2, { side: "in", topic: "a" });
    counter.add(5, { topic: 'we"ird\n\\', side: "out" });
    registry.counter("records_total").add(1, { topic: "a", side: "in" });
    expect(formatPrometheus(registry.collect())).toBe(
      [
        "# HELP millrace_metrics_dropped_samples_total Samples dropped because a metric has over 10,000 label sets; anything but 0 is a bug, or more partitions than the metrics show.",
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
    const registry = new MetricRegistry(TABLE);
    const histogram = registry.histogram("append_seconds");
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
    const registry = new MetricRegistry(TABLE);
    let value = 1;
    registry.gauge("depth", () => [{ value, labels: { queue: "a" } }]);
    registry.gauge("depth", () => [{ value: 7, labels: { queue: "b" } }]);
    value = 2;
    const text = formatPrometheus(registry.collect());
    expect(text).toContain('depth{queue="a"} 2\ndepth{queue="b"} 7\n');
  });

  it("shows what somebody else counts as a counter", () => {
    const registry = new MetricRegistry(TABLE);
    registry.gauge("cpu_seconds_total", () => [{ value: 1.5 }]);
    expect(formatPrometheus(registry.collect())).toContain("# TYPE cpu_seconds_total counter\ncpu_seconds_total 1.5\n");
  });

  it("drops and counts label sets beyond the bound", () => {
    const registry = new MetricRegistry(TABLE);
    const counter = registry.counter("keys_total");
    for (let key = 0; key < SERIES_PER_METRIC_MAX + 3; key++) counter.add(1, { key: String(key) });
    expect(formatPrometheus(registry.collect())).toContain("millrace_metrics_dropped_samples_total 3");
  });
});

describe("formatOpenMetrics", () => {
  it("names counters' families without _total, and leads from a bucket to a sampled trace", () => {
    const registry = new MetricRegistry(TABLE);
    registry.counter("records_total").add(1, { topic: "a" });
    const histogram = registry.histogram("append_seconds");
    histogram.record(0.02);
    histogram.record(0.0004, undefined, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    const text = formatOpenMetrics(registry.collect());
    expect(text).toContain('# TYPE records counter\nrecords_total{topic="a"} 1\n');
    expect(text).toMatch(/append_seconds_bucket\{le="0.0005"\} 1 # \{trace_id="0af7651916cd43dd8448eb211c80319c"\} 0.0004 \d+(\.\d+)?\n/);
    expect(text).toMatch(/append_seconds_bucket\{le="0.025"\} 2\n/);
    expect(text.endsWith("# EOF\n")).toBe(true);
    expect(formatPrometheus(registry.collect())).not.toContain("trace_id");
  });
});
