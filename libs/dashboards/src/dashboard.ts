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

/** A dashboard of its file's content. */
export function parseDashboard(name: string, content: unknown): Dashboard {
  const json = content as DashboardJson;
  const panels = json.panels.flatMap((panel) => panelsOf(panel)).filter(({ queries }) => queries.length > 0);
  return { name, title: json.title, variables: variablesOf(json, name), panels, rows: rowsOf(json) };
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

function variablesOf({ templating }: DashboardJson, dashboard: string): readonly DashboardVariable[] {
  return templating.list
    .filter(({ type }) => type === "query")
    .map(({ name, definition = "" }) => {
      const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(definition) ?? [];
      if (metric === undefined || label === undefined)
        throw new Error(`${dashboard}: variable ${name} asks for ${definition}, not for label_values`);
      return { name, metric, label };
    });
}
