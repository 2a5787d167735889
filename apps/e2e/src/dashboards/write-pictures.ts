import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { drawDashboard, panelsOver, readDashboards } from "@millrace/dashboards";
import { inCheckout } from "../system/sources.ts";
import type { PrometheusServer } from "./prometheus-server.ts";
import { allOf } from "./walk.ts";

const FOLDER = "docs/operations/dashboards";
const POINTS = 60;

/** Draws every dashboard over this time into the documents; returns the files. */
export async function writePictures(
  prometheus: PrometheusServer,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<readonly string[]> {
  mkdirSync(inCheckout(FOLDER), { recursive: true });
  const files: string[] = [];
  for (const dashboard of readDashboards()) {
    const panels = await panelsOver(prometheus, dashboard, {
      filling: await allOf(dashboard, prometheus),
      over: { from, to, stepSeconds: (to - from) / POINTS },
    });
    const file = join(FOLDER, `${dashboard.name}.svg`);
    writeFileSync(inCheckout(file), drawDashboard({ title: dashboard.title, rows: dashboard.rows, panels, from, to }));
    files.push(file);
  }
  return files;
}
