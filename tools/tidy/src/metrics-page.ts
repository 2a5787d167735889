import { METRIC_SECTIONS, type MetricDeclaration } from "@millrace/ports";

export const METRICS_PAGE = "docs/operations/metrics.md";
const BEGIN = "<!-- metrics: written by `npm run fix -- tidy` from libs/ports/src/metric-tables -->";
const END = "<!-- end of metrics -->";

/** The page with its tables as the declarations have them; undefined where the page has no place for them. */
export function withMetricTables(page: string): string | undefined {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin === -1 || end < begin) return undefined;
  return `${page.slice(0, begin + BEGIN.length)}\n\n${metricTables()}\n\n${page.slice(end)}`;
}

function metricTables(): string {
  return METRIC_SECTIONS.map(({ title, metrics }) => {
    const declared: Readonly<Record<string, MetricDeclaration>> = metrics;
    const rows = Object.entries(declared).map(
      ([name, { kind, unit, labels, help }]) =>
        `| \`${name}\` | ${kind} | ${unit} | ${labels.join(", ")} | ${help.replaceAll("|", "\\|")} |`,
    );
    return [`## ${title}`, "", "| name | kind | unit | labels | what |", "|---|---|---|---|---|", ...rows].join("\n");
  }).join("\n\n");
}
