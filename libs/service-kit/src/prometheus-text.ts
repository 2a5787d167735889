import type { Labels } from "@millrace/ports";
import type { HistogramSeries, MetricSnapshot } from "./metric-registry.ts";

export const PROMETHEUS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Metrics in Prometheus' text format. */
export function formatPrometheus(metrics: readonly MetricSnapshot[]): string {
  return metrics.map(formatMetric).join("");
}

function formatMetric(metric: MetricSnapshot): string {
  const lines = [
    `# HELP ${metric.name} ${metric.help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`,
    `# TYPE ${metric.name} ${metric.kind}`,
  ];
  if (metric.kind === "histogram") {
    for (const series of metric.series) lines.push(...formatHistogram(metric.name, metric.bounds, series));
  } else {
    for (const sample of metric.samples) lines.push(`${metric.name}${formatLabels(sample.labels ?? {})} ${formatNumber(sample.value)}`);
  }
  return `${lines.join("\n")}\n`;
}

function formatHistogram(name: string, bounds: readonly number[], series: HistogramSeries): string[] {
  let cumulated = 0;
  const buckets = series.bucketCounts.map((count, index) => {
    cumulated += count;
    const bound = bounds[index];
    return `${name}_bucket${formatLabels({ ...series.labels, le: bound === undefined ? "+Inf" : String(bound) })} ${cumulated}`;
  });
  return [
    ...buckets,
    `${name}_sum${formatLabels(series.labels)} ${formatNumber(series.sum)}`,
    `${name}_count${formatLabels(series.labels)} ${series.count}`,
  ];
}

function formatLabels(labels: Labels): string {
  const entries = Object.entries(labels);
  if (entries.length === 0) return "";
  return `{${entries.map(([key, value]) => `${key}="${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`).join(",")}}`;
}

function formatNumber(value: number): string {
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : String(value);
}
