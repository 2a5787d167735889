import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inCheckout } from "../system/sources.ts";

/** A panel of a dashboard as Grafana's JSON has it, as far as it says what is shown. */
export interface Panel {
  readonly title: string;
  readonly type: string;
  readonly unit: string;
  readonly isStacked: boolean;
  /** In columns of 24, and rows. */
  readonly place: Place;
  readonly queries: readonly PanelQuery[];
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface PanelQuery {
  readonly expression: string;
  /** `{{label}}` and text; empty: the labels themselves. */
  readonly legend: string;
}

/** A variable of a dashboard that stands for values of a label. */
export interface DashboardVariable {
  readonly name: string;
  readonly metric: string;
  readonly label: string;
}

export interface Dashboard {
  /** Of the file, without its ending. */
  readonly name: string;
  readonly title: string;
  readonly variables: readonly DashboardVariable[];
  readonly panels: readonly Panel[];
  /** Headlines between panels. */
  readonly rows: readonly { readonly title: string; readonly place: Place }[];
}

interface PanelJson {
  readonly type: string;
  readonly title?: string;
  readonly gridPos: Place;
  readonly targets?: readonly { readonly expr?: string; readonly legendFormat?: string }[];
  readonly fieldConfig?: {
    readonly defaults?: { readonly unit?: string; readonly custom?: { readonly stacking?: { readonly mode?: string } } };
  };
  readonly panels?: readonly PanelJson[];
}

interface DashboardJson {
  readonly title: string;
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string; readonly definition?: string }[] };
  readonly panels: readonly PanelJson[];
}

/** Every dashboard of the chart, with every panel that has a query. */
export function readDashboards(): readonly Dashboard[] {
  const folder = inCheckout("helm/millrace/dashboards");
  return readdirSync(folder)
    .sort()
    .map((file) => {
      const json = JSON.parse(readFileSync(join(folder, file), "utf8")) as DashboardJson;
      const panels = json.panels.flatMap((panel) => panelsOf(panel)).filter(({ queries }) => queries.length > 0);
      return { name: file.replace(/\.json$/, ""), title: json.title, variables: variablesOf(json, file), panels, rows: rowsOf(json) };
    });
}

/** The query as Grafana sends it: variables replaced, by their values and by the interval for rates. */
export function filledIn(expression: string, values: ReadonlyMap<string, string>): string {
  const filled = expression.replaceAll(/\$\{?(\w+)\}?/g, (variable: string, name: string) => values.get(name) ?? variable);
  const [left] = /\$\w+/.exec(filled) ?? [];
  if (left !== undefined) throw new Error(`the dashboard has no variable ${left}, in: ${expression}`);
  return filled;
}

/** Labels that a legend names. */
export function labelsOfLegend(legend: string): readonly string[] {
  return [...legend.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label = ""]) => label);
}

function panelsOf(panel: PanelJson): readonly Panel[] {
  const { type, title = "", gridPos, targets = [], fieldConfig, panels = [] } = panel;
  const queries = targets.flatMap(({ expr, legendFormat = "" }) =>
    expr === undefined ? [] : [{ expression: expr, legend: legendFormat }],
  );
  const { unit = "short", custom } = fieldConfig?.defaults ?? {};
  const own = { title, type, unit, isStacked: custom?.stacking?.mode === "normal", place: gridPos, queries };
  return [own, ...panels.flatMap((inner) => panelsOf(inner))];
}

function rowsOf({ panels }: DashboardJson): Dashboard["rows"] {
  return panels.filter(({ type }) => type === "row").map(({ title = "", gridPos }) => ({ title, place: gridPos }));
}

function variablesOf({ templating }: DashboardJson, file: string): readonly DashboardVariable[] {
  return templating.list
    .filter(({ type }) => type === "query")
    .map(({ name, definition = "" }) => {
      const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(definition) ?? [];
      if (metric === undefined || label === undefined)
        throw new Error(`${file}: variable ${name} asks for ${definition}, not for label_values`);
      return { name, metric, label };
    });
}
