import { METRICS } from "@millrace/ports";

/** Prometheus' own, and those that it makes of alerts. */
const FOREIGN: ReadonlySet<string> = new Set(["up", "ALERTS", "ALERTS_FOR_STATE", "scrape_duration_seconds"]);
const WORDS: ReadonlySet<string> = new Set(
  (
    "sum min max avg count count_values stddev topk bottomk quantile group by without on ignoring group_left group_right offset bool and or unless " +
    "rate irate increase delta deriv changes resets predict_linear histogram_quantile abs absent absent_over_time ceil floor round clamp clamp_min clamp_max " +
    "label_replace label_join time timestamp vector scalar sort sort_desc max_over_time min_over_time avg_over_time sum_over_time count_over_time last_over_time inf nan"
  ).split(" "),
);

/** Names of metrics in a query: what is neither a function, a label, a string, a duration nor a variable of Grafana. */
export function metricNamesOf(query: string): readonly string[] {
  const bare = query
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, "")
    .replaceAll(/\{[^}]*\}/g, "")
    .replaceAll(/\[[^\]]*\]/g, "")
    .replaceAll(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, "")
    .replaceAll(/\$\w+/g, "")
    .replaceAll(/\b\d[\w.]*/g, "");
  return [...new Set([...bare.matchAll(/[a-zA-Z_:][a-zA-Z0-9_:]*/g)].map(([name]) => name).filter((name) => !WORDS.has(name)))];
}

/** True for a declared metric, and for the series that Prometheus makes of a declared histogram. */
export function isDeclaredSeries(name: string): boolean {
  if (FOREIGN.has(name) || METRICS.get(name) !== undefined) return METRICS.get(name)?.kind !== "histogram";
  const histogram = /^(.*)_(?:bucket|sum|count)$/.exec(name)?.[1];
  return histogram !== undefined && METRICS.get(histogram)?.kind === "histogram";
}
