import { readFileSync } from "node:fs";
import type { LoadContext } from "../load.ts";
import { type FlightsShape, measureFlights } from "../loads/flights.ts";
import { allowedCores, pinThreads } from "../measure/pin.ts";
import { childrenOf } from "../measure/process-tree.ts";
import type { Curve, CurvePoint } from "./curve.ts";

const RECORDS = { full: 1_000_000, quick: 50_000 };

/** What a job costs on more executors, and with more windows for each record. */
export const JOB_CURVES: readonly Curve[] = [
  {
    name: "executors",
    title: "Processes of a job, each pinned to its share of the cores",
    x: "processes",
    about: `${RECORDS.full.toLocaleString("en")} flights through hourly windows per airport, exactly once, from the moment the job runs; process i is pinned to core i modulo the cores, and the broker shares all of them. Every window is compared with a computation of its own`,
    points: { full: [1, 2, 4], quick: [1, 2] },
    series: [
      { key: "cpuPerRecord", name: "CPU of all processes, µs a record" },
      { key: "secondsPerMillion", name: "time for a million records, s", basis: { words: "one over the processes", of: (n) => 1 / n } },
    ],
    measure: (workers, context) => flights({ workers, module: "hourly-flights.ts", windowHours: 1, onWorkers: pinToShares }, context),
  },
  {
    name: "windows",
    title: "Windows that each record is in",
    x: "windows",
    about: "the same flights in windows of 1 to 24 hours that slide by one, in one process",
    points: { full: [1, 2, 4, 8, 24], quick: [1, 4] },
    series: [{ key: "cpuPerRecord", name: "CPU of all processes, µs a record" }],
    measure: (windows, context) => flights({ workers: 1, module: `sliding/windows-${windows}.ts`, windowHours: windows }, context),
  },
];

async function flights(shape: Omit<FlightsShape, "name" | "records">, context: LoadContext): Promise<CurvePoint> {
  const records = context.quick ? RECORDS.quick : RECORDS.full;
  const { cost, seconds = 0, problems } = await measureFlights({ name: `flights, ${shape.module}`, records, ...shape }, context);
  return {
    values: { cpuPerRecord: ((cost?.serverCpuSeconds ?? 0) * 1e6) / records, secondsPerMillion: (seconds * 1e6) / records },
    problems,
  };
}

function pinToShares(clusterPid: number): void {
  const cores = allowedCores(readFileSync("/proc/self/status", "utf8"));
  for (const [index, worker] of childrenOf(clusterPid).entries()) pinThreads(worker, String(cores[index % cores.length] ?? 0));
}
