import type { Dashboard } from "./dashboard.ts";
import { POINTS } from "./limits.ts";
import { panelsOver } from "./panel-data.ts";
import { drawDashboard } from "./picture/draw-dashboard.ts";
import type { Metrics } from "./prometheus-api.ts";
import { fillingOf, type Picked, valuesOf, type VariableValues } from "./variables.ts";

/** What is looked at. */
export interface View {
  readonly picked: Picked;
  /** Up to now. */
  readonly minutes: number;
  /** How far rates look back, as Prometheus writes it; at least four scrapes. */
  readonly rateInterval: string;
}

export interface DrawnDashboard {
  readonly svg: string;
  readonly variables: readonly VariableValues[];
}

/** A dashboard as it looks now, with what may be picked. */
export async function drawNow(metrics: Metrics, dashboard: Dashboard, of: View & { readonly nowMs: number }): Promise<DrawnDashboard> {
  const variables = await valuesOf(dashboard, metrics);
  const filling = fillingOf(dashboard, { values: variables, picked: of.picked, rateInterval: of.rateInterval });
  // Whole steps: else every redrawing moves each point a little.
  const stepSeconds = Math.max(1, (of.minutes * 60) / POINTS);
  const to = Math.floor(of.nowMs / 1_000 / stepSeconds) * stepSeconds;
  const over = { from: to - of.minutes * 60, to, stepSeconds };
  const panels = await panelsOver(metrics, dashboard, { filling, over });
  return { svg: drawDashboard({ title: dashboard.title, rows: dashboard.rows, panels, ...over }), variables };
}
