import type { Lag, LagSource } from "../lag/lag-source.ts";
import { type LabelRequirement, matches, valuesAsked } from "./label-selector.ts";

/** One value of a metric. */
export interface MetricValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ExternalMetric {
  readonly name: string;
  /** What an autoscaler gets: the sum of what it returns. */
  read(source: LagSource, selector: readonly LabelRequirement[]): Promise<readonly MetricValue[]>;
}

/** Every metric that is served. An autoscaler adds up what a question returns, so those over all jobs come as one value. */
export const externalMetrics: readonly ExternalMetric[] = [
  ofJobs("millrace_job_lag_records", ({ records }) => records),
  ofJobs("millrace_job_lag_seconds", ({ seconds }) => seconds),
  overJobs("millrace_jobs_lag_records", (lags) => lags.reduce((sum, { records }) => sum + records, 0)),
  overJobs("millrace_jobs_lag_seconds", (lags) => lags.reduce((most, { seconds }) => Math.max(most, seconds), 0)),
  ofGroups("millrace_group_lag_records", ({ records }) => records),
  ofGroups("millrace_group_lag_seconds", ({ seconds }) => seconds),
];

function ofJobs(name: string, value: (lag: Lag) => number): ExternalMetric {
  return { name, read: async (source, selector) => labelled(await source.jobs(), { label: "job", value, selector }) };
}

function overJobs(name: string, value: (lags: readonly Lag[]) => number): ExternalMetric {
  return {
    name,
    read: async (source, selector) => [{ labels: {}, value: value(await source.jobs()) }].filter(({ labels }) => matches(selector, labels)),
  };
}

function ofGroups(name: string, value: (lag: Lag) => number): ExternalMetric {
  return {
    name,
    read: async (source, selector) => labelled(await source.groups(valuesAsked(selector, "group")), { label: "group", value, selector }),
  };
}

function labelled(
  lags: readonly Lag[],
  of: { readonly label: string; readonly value: (lag: Lag) => number; readonly selector: readonly LabelRequirement[] },
): readonly MetricValue[] {
  return lags
    .map((lag) => ({ labels: { [of.label]: lag.name }, value: of.value(lag) }))
    .filter(({ labels }) => matches(of.selector, labels));
}
