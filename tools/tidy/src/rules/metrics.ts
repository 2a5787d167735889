import type { Finding } from "../finding.ts";
import { isDeclaredSeries, metricNamesOf } from "../metric-names.ts";
import { METRICS_PAGE, withMetricTables } from "../metrics-page.ts";
import { pathsMatching, textOf, type Tree } from "../tree.ts";

const rule = "metrics";
const RUNBOOKS = "docs/operations/runbooks";
const ALERTS = /^helm\/millrace\/alerts\/.+\.yaml$/;

/** docs/operations/metrics.md has the declared metrics, every query of dashboards and alerts names declared ones only, and every alert has its runbook, and none is left over. */
export function metricsRule(tree: Tree): readonly Finding[] {
  return [
    ...page(tree),
    ...pathsMatching(tree, /^helm\/millrace\/dashboards\/.+\.json$/).flatMap((path) => dashboard(tree, path)),
    ...alerts(tree),
  ];
}

function page(tree: Tree): readonly Finding[] {
  const text = tree.files.get(METRICS_PAGE);
  if (text === undefined) return [];
  const wanted = withMetricTables(text);
  if (wanted === text) return [];
  const message =
    wanted === undefined ? "has no place for the tables of metrics" : "differs from the declared metrics: npm run fix -- tidy";
  return [{ path: METRICS_PAGE, rule, message }];
}

function dashboard(tree: Tree, path: string): readonly Finding[] {
  const queries: string[] = [];
  const collect = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (key === "expr" && typeof value === "string") queries.push(value);
      else collect(value);
    }
  };
  collect(JSON.parse(textOf(tree, path)));
  if (queries.length === 0) return [{ path, rule, message: "has no query" }];
  return queries.flatMap((query) => undeclared(path, query));
}

function alerts(tree: Tree): readonly Finding[] {
  const paths = pathsMatching(tree, ALERTS);
  if (paths.length === 0) return [];
  const names = new Set<string>();
  const found = paths.flatMap((path) => {
    const text = textOf(tree, path);
    const own = [...text.matchAll(/^ *- alert: (\w+)$/gm)].map(([, name = ""]) => name);
    const linked = new Set([...text.matchAll(/^ *runbook_url: \S*\/runbooks\/(\w+)\.md$/gm)].map(([, name = ""]) => name));
    for (const name of own) names.add(name);
    return [
      ...own.filter((name) => !linked.has(name)).map((name) => ({ path, rule, message: `alert ${name} has no runbook_url to its page` })),
      ...own
        .filter((name) => !tree.files.has(`${RUNBOOKS}/${name}.md`))
        .map((name) => ({ path, rule, message: `alert ${name} has no page ${RUNBOOKS}/${name}.md` })),
      ...[...text.matchAll(/^ *expr: (.+)$/gm)].flatMap(([, query = ""]) => undeclared(path, query)),
    ];
  });
  const left = pathsMatching(tree, new RegExp(`^${RUNBOOKS}/\\w+\\.md$`)).filter((path) => path !== `${RUNBOOKS}/README.md`);
  return [
    ...found,
    ...left.flatMap((path) => {
      const name = path.slice(RUNBOOKS.length + 1, -".md".length);
      return names.has(name) ? [] : [{ path, rule, message: `no alert is named ${name}` }];
    }),
  ];
}

function undeclared(path: string, query: string): Finding[] {
  const unknown = metricNamesOf(query).filter((name) => !isDeclaredSeries(name));
  return unknown.map((name) => ({ path, rule, message: `${name} is no declared metric, in: ${query}` }));
}
