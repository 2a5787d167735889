import { check } from "../scenario.ts";

const STARTUP_PROBE = /startupProbe:[\s\S]*?periodSeconds: (\d+)[\s\S]*?failureThreshold: (\d+)/g;
/** Of any container of the chart: a log that is recovered after a power cut takes minutes, and so does an image on a busy node. */
const STARTUP_SECONDS_MIN = 300;

/** Throws unless every startup probe of rendered manifests leaves minutes: a threshold of 0 is taken by an API server, which makes it 3. */
export function checkStartupProbes(manifest: string): void {
  const probes = [...manifest.matchAll(STARTUP_PROBE)];
  check(probes.length > 0, "no container has a startup probe");
  for (const [, period, threshold] of probes) {
    const seconds = Number(period) * Number(threshold);
    check(
      seconds >= STARTUP_SECONDS_MIN,
      `a startup probe gives up after ${seconds} s (periodSeconds ${period ?? ""} × failureThreshold ${threshold ?? ""}): less than ${STARTUP_SECONDS_MIN} s`,
    );
  }
}
