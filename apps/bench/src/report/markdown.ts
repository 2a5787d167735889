import { verdictOf } from "../load.ts";
import { coresOf } from "../measure/host.ts";
import { COLUMNS, extraText, hasRow, rowOf } from "./format.ts";
import type { LoadRecord, RunRecord } from "./run-record.ts";

/** The page docs/performance.md of a run. */
export function markdownOf(run: RunRecord): string {
  const measurements = run.loads.flatMap((load) => load.measurements);
  const { host } = run;
  const commands = [...new Set(run.loads.map(({ command, commit }) => `\`${command}\` at ${commit}`))];
  return [
    "# Performance",
    "",
    `Written by the bench, from ${commands.join(", ")}; do not edit. How figures are taken stands in [apps/bench](../apps/bench/README.md).`,
    "",
    `Host: ${host.cpu}, ${coresOf(host, "shared by servers and load generator")}, ${Math.round(host.memoryBytes / 2 ** 30)} GiB, kernel ${host.kernel}, Node ${host.node},`,
    `commit ${host.commit}${host.isDirty ? " with changes" : ""}, ${host.startedAt.slice(0, 16).replace("T", " ")} UTC. Disk: 4 KiB append and fdatasync p50 ${host.diskSyncP50Ms.toFixed(2)} ms, p99 ${host.diskSyncP99Ms.toFixed(2)} ms.`,
    "One broker, coordinator and executor in one process (`millrace dev`), one replica, embedded store, everything over gRPC on the loopback.",
    ...(run.isQuick ? ["", "**A quick run: too short to quote.**"] : []),
    "",
    "![Throughput, CPU and latency of each load](./performance.svg)",
    "",
    row(COLUMNS),
    row(COLUMNS.map((_, index) => (index === 0 ? "---" : "---:"))),
    ...measurements.filter(hasRow).map((measurement) => row(rowOf(measurement))),
    "",
    'CPU is user and system time of all server processes; "cores" is that per second of the run. MB are 10^6 payload bytes. Percentiles need 100 / (1 - q) samples. Beside work of others on the same cores figures are lower bounds.',
    "",
    "## First floors",
    "",
    ...measurements.flatMap(({ name, floor }) =>
      floor === undefined ? [] : [`- ${floor.isReached === true ? "reached" : `**${verdictOf(floor)}**`}: ${floor.text} (\`${name}\`)`],
    ),
    "",
    "## What each was",
    "",
    ...run.loads.flatMap(notesOf),
    "",
  ].join("\n");
}

function notesOf({ load, measurements, failure }: LoadRecord): string[] {
  if (failure !== undefined) return [`- \`${load}\`: failed: ${failure}`];
  return measurements.map(({ name, settings, acknowledgement, latency, extra, verified, problems }) => {
    const parts = [
      Object.entries(settings)
        .map(([key, value]) => `${key} ${String(value)}`)
        .join(", "),
      ...(acknowledgement === undefined ? [] : [`an acknowledgement: ${acknowledgement}`]),
      ...(latency === undefined
        ? []
        : [`latency: ${latency.of}, ${latency.count.toLocaleString("en")} samples, max ${latency.maxMs.toFixed(1)} ms`]),
      ...(extra === undefined || Object.keys(extra).length === 0
        ? []
        : [
            Object.entries(extra)
              .map(([key, value]) => extraText(key, value))
              .join(", "),
          ]),
      problems.length > 0 ? `**wrong: ${problems.join("; ")}**` : `verified: ${verified}`,
    ];
    return `- \`${name}\`: ${parts.join(". ")}.`;
  });
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
