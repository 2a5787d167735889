import { BUNDLED_DASHBOARDS, bundledDashboards } from "../bundled-dashboards.ts";
import type { Finding } from "../finding.ts";
import { textOf, type Tree } from "../tree.ts";

/** The dashboards that programs carry are those of the chart. */
export function dashboardsRule(tree: Tree): readonly Finding[] {
  if (!tree.files.has(BUNDLED_DASHBOARDS) || textOf(tree, BUNDLED_DASHBOARDS) === bundledDashboards(tree)) return [];
  return [{ path: BUNDLED_DASHBOARDS, rule: "dashboards", message: "differs from helm/millrace/dashboards: npm run fix -- tidy" }];
}
