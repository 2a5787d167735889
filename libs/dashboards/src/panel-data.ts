import type { Dashboard, Panel } from "./dashboard.ts";
import { QUERIES_AT_ONCE } from "./limits.ts";
import type { Metrics } from "./prometheus-api.ts";
import type { Series, TimeSpan } from "./series.ts";
import { filledIn } from "./variables.ts";

/** A panel with what its queries gave, by query. */
export interface PanelData {
  readonly panel: Panel;
  readonly series: readonly (readonly Series[])[];
}

/** What every panel of a dashboard shows of a stretch of time. */
export async function panelsOver(
  metrics: Metrics,
  { panels }: Dashboard,
  of: { readonly filling: ReadonlyMap<string, string>; readonly over: TimeSpan },
): Promise<readonly PanelData[]> {
  const queries = panels.flatMap((panel) =>
    panel.queries.map(({ expression }) => ({ panel, expression: filledIn(expression, of.filling) })),
  );
  const found = new Map<Panel, (readonly Series[])[]>(panels.map((panel) => [panel, []]));
  for (let start = 0; start < queries.length; start += QUERIES_AT_ONCE) {
    const some = queries.slice(start, start + QUERIES_AT_ONCE);
    const answers = await Promise.all(some.map(({ expression }) => metrics.between(expression, of.over)));
    for (const [index, { panel }] of some.entries()) found.get(panel)?.push(answers[index] ?? []);
  }
  return [...found].map(([panel, series]) => ({ panel, series }));
}
