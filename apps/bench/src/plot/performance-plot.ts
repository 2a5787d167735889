import { type Measurement, recordsPerSecond } from "../load.ts";
import { hasRow } from "../report/format.ts";
import { dotPlot } from "./dot-plot.ts";

/** The table of docs/performance.md as a picture. */
export function performancePlot(measurements: readonly Measurement[]): string {
  const shown = measurements.filter((measurement) => measurement.problems.length === 0 && hasRow(measurement));
  const valuesOf = (figuresOf: (measurement: Measurement) => readonly (number | undefined)[]): ReadonlyMap<string, readonly number[]> =>
    new Map(
      shown.map((measurement) => [
        measurement.name,
        figuresOf(measurement).flatMap((value) => (value === undefined || value <= 0 ? [] : [value])),
      ]),
    );
  return dotPlot({
    title: "Throughput, CPU and latency of each load",
    names: shown.map(({ name }) => name),
    panels: [
      { title: "records/s", values: valuesOf((measurement) => [recordsPerSecond(measurement)]) },
      {
        title: "server CPU s/M records",
        values: valuesOf(({ cost, records = 0 }) => [
          cost === undefined || records === 0 ? undefined : cost.serverCpuSeconds / (records / 1e6),
        ]),
      },
      { title: "latency ms: p50 – p99", values: valuesOf(({ latency }) => [latency?.p50Ms, latency?.p99Ms]) },
    ],
  });
}
