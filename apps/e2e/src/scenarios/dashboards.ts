import { withoutWaits, readAlertRules } from "../dashboards/alert-rules.ts";
import { ALERT_FAULTS } from "../dashboards/alert-faults.ts";
import { LiveCluster } from "../dashboards/live-cluster.ts";
import { writePictures } from "../dashboards/write-pictures.ts";
import { type FiringAlert, PrometheusServer } from "../dashboards/prometheus-server.ts";
import { walkAll } from "../dashboards/walk.ts";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import { waitFor } from "../system/wait-for.ts";

const FIRES_MS_MAX = 300_000;
/** A machine that others use makes some alerts fire, and they look at minutes. */
const QUIET_MS_MAX = 360_000;

/** Acceptance 5 of the chart: what operators look at, asked of a real Prometheus. */
export const dashboards: Scenario = {
  name: "dashboards",
  what: "a real Prometheus scrapes a live cluster: every query of every dashboard and every side of every alert has data, and each alert is made to fire by a fault",
  run: async (context) => {
    PrometheusServer.requireProgram();
    const unfired = readAlertRules().filter(({ name }) => !ALERT_FAULTS.some(({ alerts }) => alerts.includes(name)));
    check(unfired.length === 0, `no fault makes these alerts fire: ${unfired.map(({ name }) => name).join(", ")}`);
    const live = await LiveCluster.start(context.folder);
    try {
      const prometheus = await PrometheusServer.start(context.folder, { targets: live.adminAddresses, rules: withoutWaits() });
      try {
        return { ...(await walk(prometheus, context)), ...(await fireAll(live, prometheus, context)) };
      } finally {
        await prometheus.process.stop();
      }
    } finally {
      await live.stop();
    }
  },
};

async function walk(prometheus: PrometheusServer, { say }: ScenarioContext): Promise<Figures> {
  const { panels, queries, alertParts, findings } = await walkAll(prometheus);
  for (const finding of findings) say(finding);
  check(findings.length === 0, `${findings.length} queries give nothing, or not what their legend says:\n${findings.join("\n")}`);
  say(`${queries} queries of ${panels} panels and ${alertParts} sides of alerts have data`);
  return { panels, queries, alertParts };
}

async function fireAll(live: LiveCluster, prometheus: PrometheusServer, { flags, say }: ScenarioContext): Promise<Figures> {
  const from = Date.now() / 1_000;
  let fired = 0;
  for (const fault of ALERT_FAULTS) {
    const { alerts, of = {}, what, isTheEnd } = fault;
    if (flags.pictures && isTheEnd === true)
      for (const file of await writePictures(prometheus, { from, to: Date.now() / 1_000 })) say(file);
    for (const alert of alerts) await until(prometheus, { alert, of, fires: false, withinMs: QUIET_MS_MAX });
    const startedMs = performance.now();
    const mend = await fault.inflict(live);
    for (const alert of alerts) {
      const summary = await until(prometheus, { alert, of, fires: true, withinMs: FIRES_MS_MAX });
      say(`${alert} after ${((performance.now() - startedMs) / 1_000).toFixed(0)} s, ${what}: "${summary}"`);
      check(!/no value|%!|\{\{/.test(summary), `the summary of ${alert} has values: ${summary}`);
      fired++;
    }
    await mend?.();
  }
  return { alertsFired: fired };
}

interface Wanted {
  readonly alert: string;
  readonly of: Readonly<Record<string, string>>;
  readonly fires: boolean;
  readonly withinMs: number;
}

/** Waits until the alert with these labels fires, or does not; returns its summary. */
async function until(prometheus: PrometheusServer, { alert, of, fires, withinMs }: Wanted): Promise<string> {
  const isMeant = ({ name, labels }: FiringAlert): boolean =>
    name === alert && Object.entries(of).every(([label, value]) => labels[label] === value);
  return waitFor(`${alert} ${fires ? "fires" : "is quiet"}`, withinMs, async () => {
    const found = (await prometheus.firing()).find(isMeant);
    return fires ? found?.annotations["summary"] : found === undefined ? "" : undefined;
  });
}
