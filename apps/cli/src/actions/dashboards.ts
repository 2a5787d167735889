import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { drawNow, type Metrics, PrometheusApi, readDashboards, serveDashboards, type View } from "@millrace/dashboards";
import type { DashboardsOptions } from "../commands/dashboards.ts";
import type { GlobalOptions } from "../options.ts";
import { jsonLine } from "../output/json.ts";
import type { CliWorld } from "../world.ts";

/** `dashboards`: a page, or files. A Prometheus that does not answer is an error at once, not a page without pictures. */
export async function dashboards(options: DashboardsOptions & GlobalOptions, world: CliWorld): Promise<void> {
  const api = new PrometheusApi(options.prometheus);
  await api.now("vector(1)");
  const { minutes, rateInterval } = options;
  const view: View = { minutes, rateInterval, picked: new Map(Object.entries(options.var ?? {})) };
  await (options.once === true ? drawAll(api, view, options, world) : serve(api, view, options, world));
}

async function drawAll(metrics: Metrics, view: View, options: DashboardsOptions & GlobalOptions, world: CliWorld): Promise<void> {
  const folder = resolve(world.folder, options.out);
  mkdirSync(folder, { recursive: true });
  for (const dashboard of readDashboards()) {
    const known = new Set(dashboard.variables.map(({ name }) => name));
    const picked = new Map([...view.picked].filter(([name]) => known.has(name))); // of several dashboards not each has it
    const { svg } = await drawNow(metrics, dashboard, { ...view, picked, nowMs: world.wallMs() });
    const file = join(folder, `${dashboard.name}.svg`);
    writeFileSync(file, svg);
    await world.write(options.json === true ? jsonLine({ dashboard: dashboard.name, title: dashboard.title, file }) : `${file}\n`);
  }
}

async function serve(api: PrometheusApi, view: View, options: DashboardsOptions & GlobalOptions, world: CliWorld): Promise<void> {
  const metrics = {
    between: api.between.bind(api),
    labelValues: api.labelValues.bind(api),
    wallMs: () => world.wallMs(),
  };
  const server = await serveDashboards({ host: options.host, port: options.port, dashboards: readDashboards(), view }, metrics);
  try {
    await world.write(options.json === true ? jsonLine({ url: server.url }) : `dashboards of ${options.prometheus} at ${server.url}\n`);
    if (options.json !== true) world.note("Ctrl-C ends it");
    await interrupted(world.interrupt);
  } finally {
    await server.close();
  }
}

function interrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else
      signal.addEventListener(
        "abort",
        () => {
          resolve();
        },
        { once: true },
      );
  });
}
