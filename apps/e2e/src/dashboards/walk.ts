import { type Dashboard, filledIn, fillingOf, labelsOfLegend, readDashboards, type Series, valuesOf } from "@millrace/dashboards";
import { waitFor } from "../system/wait-for.ts";
import { expressionParts } from "./expression-parts.ts";
import { type AlertRule, readAlertRules } from "./alert-rules.ts";
import type { PrometheusServer } from "./prometheus-server.ts";

/** Grafana's own for a scrape every few seconds. */
const RATE_INTERVAL = "30s";
/** From the first scrape to values of every rate. */
const DATA_MS_MAX = 30_000;
const LATELY_SECONDS = 60;

export interface Walked {
  readonly panels: number;
  readonly queries: number;
  readonly alertParts: number;
  /** Queries and parts without data, and legends of labels that no series has. */
  readonly findings: readonly string[];
}

/** Every query of every panel and every side of every alert, asked of a Prometheus that scrapes a cluster in which all is well. */
export async function walkAll(prometheus: PrometheusServer): Promise<Walked> {
  const findings: string[] = [];
  let [panels, queries] = [0, 0];
  for (const dashboard of readDashboards()) {
    const values = await allOf(dashboard, prometheus).catch((error: unknown) => {
      findings.push(error instanceof Error ? error.message : String(error));
      return new Map<string, string>();
    });
    for (const panel of dashboard.panels) {
      const where = `${dashboard.name}, ${panel.title}`;
      const series = await Promise.all(panel.queries.map(({ expression }) => dataOf(prometheus, filledIn(expression, values))));
      for (const [index, { expression, legend }] of panel.queries.entries())
        findings.push(...wrong(series[index] ?? [], { where, expression, legend }));
      panels++;
      queries += series.length;
    }
  }
  const parts = readAlertRules().flatMap((rule) => expressionParts(rule.expression).map((part) => ({ rule, part })));
  for (const { rule, part } of parts) findings.push(...(await silentPart(prometheus, rule, part)));
  return { panels, queries, alertParts: parts.length, findings };
}

async function silentPart(prometheus: PrometheusServer, { name }: AlertRule, part: string): Promise<string[]> {
  const series = await dataOf(prometheus, part);
  return series.length > 0 ? [] : [`alert ${name}: no data of ${part}`];
}

/** All values of each variable, as its "All" has them. */
export async function allOf(dashboard: Dashboard, prometheus: PrometheusServer): Promise<ReadonlyMap<string, string>> {
  const values = await valuesOf(dashboard, prometheus);
  for (const { name, values: found } of values) if (found.length === 0) throw new Error(`${dashboard.name}: variable ${name} has no value`);
  return fillingOf(dashboard, { values, picked: new Map(), rateInterval: RATE_INTERVAL });
}

/** What the query gave lately; none after a wait in which it should have come. */
async function dataOf(prometheus: PrometheusServer, expression: string): Promise<readonly Series[]> {
  const ask = async (): Promise<readonly Series[] | undefined> => {
    const series = (await prometheus.between(expression, lately())).filter(({ points }) => points.length > 0);
    return series.length > 0 ? series : undefined;
  };
  return waitFor(`data of ${expression}`, DATA_MS_MAX, ask).catch(() => []);
}

function lately(): { readonly from: number; readonly to: number; readonly stepSeconds: number } {
  const to = Date.now() / 1_000;
  return { from: to - LATELY_SECONDS, to, stepSeconds: 1 };
}

function wrong(
  series: readonly Series[],
  of: { readonly where: string; readonly expression: string; readonly legend: string },
): readonly string[] {
  if (series.length === 0) return [`${of.where}: no data of ${of.expression}`];
  const missing = labelsOfLegend(of.legend).filter((label) => !series.some(({ labels }) => labels[label] !== undefined));
  return missing.map((label) => `${of.where}: the legend names ${label}, and no series of ${of.expression} has it`);
}
