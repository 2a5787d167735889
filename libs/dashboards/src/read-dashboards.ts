import { AppError } from "@millrace/model";
import { type Dashboard, parseDashboard } from "./dashboard.ts";
import { DASHBOARDS } from "./gen/dashboards.ts";

/** The chart's dashboards. */
export function readDashboards(): readonly Dashboard[] {
  return Object.entries(DASHBOARDS).map(([name, content]) => parseDashboard(name, content));
}

/** The dashboard of that name; an error that names all where there is none. */
export function dashboardNamed(dashboards: readonly Dashboard[], name: string): Dashboard {
  const found = dashboards.find((dashboard) => dashboard.name === name);
  if (found !== undefined) return found;
  const message = `there is no such dashboard, there are ${dashboards.map((dashboard) => dashboard.name).join(", ")} dashboard=${name}`;
  throw new AppError({ kind: "not-found", code: "dashboard-unknown", message });
}
