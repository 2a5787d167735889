import type { Labels } from "@millrace/ports";
import type { Exemplar, HistogramSeries, MetricSnapshot } from "./metric-registry.ts";

export const PROMETHEUS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
export const OPENMETRICS_CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** Metrics in Prometheus' text format, which has no exemplars. */
export function formatPrometheus(metrics: readonly MetricSnapshot[]): string {
  return metrics.map((metric) => formatMetric(metric, "prometheus")).join("");
}

/** Metrics in the OpenMetrics format 1.0: the same series, and exemplars that lead from a bucket to a trace. */
export function formatOpenMetrics(metrics: readonly MetricSnapshot[]): string {
  return `${metrics.map((metric) => formatMetric(metric, "openmetrics")).join("")}# EOF\n`;
}

type Format = "prometheus" | "openmetrics";

function formatMetric(metric: MetricSnapshot, format: Format): string {
  const family = format === "openmetrics" && metric.kind === "counter" ? metric.name.replace(/_total$/, "") : metric.name;
  const lines = [`# HELP ${family} ${metric.help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`, `# TYPE ${family} ${metric.kind}`];
  if (metric.kind === "histogram") {
    for (const series of metric.series) lines.push(...formatHistogram(metric.name, metric.bounds, { series, format }));
  } else {
    for (const sample of metric.samples) lines.push(`${metric.name}${formatLabels(sample.labels ?? {})} ${formatNumber(sample.value)}`);
  }
  return `${lines.join("\n")}\n`;
}

function formatHistogram(name: string, bounds: readonly number[], of: { series: HistogramSeries; format: Format }): string[] {
  const { series, format } = of;
  let cumulated = 0;
  const buckets = series.bucketCounts.map((count, index) => {
    cumulated += count;
    const bound = bounds[index];
    return `${name}_bucket${formatLabels({ ...series.labels, le: bound === undefined ? "+Inf" : String(bound) })} ${cumulated}${format === "openmetrics" ? formatExemplar(series.exemplars[index]) : ""}`;
  });
  return [
    ...buckets,
    `${name}_sum${formatLabels(series.labels)} ${formatNumber(series.sum)}`,
    `${name}_count${formatLabels(series.labels)} ${series.count}`,
  ];
}

function formatExemplar(exemplar: Exemplar | undefined): string {
  return exemplar === undefined ? "" : ` # {trace_id="${exemplar.traceId}"} ${formatNumber(exemplar.value)} ${exemplar.atMs / 1_000}`;
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
