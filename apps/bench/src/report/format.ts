import type { LatencySummary } from "../measure/latency.ts";
import { type Cost, type Measurement, recordsPerSecond } from "../load.ts";

/** One line of the table: texts in the order of `COLUMNS`. */
export const COLUMNS = [
  "load",
  "records/s",
  "MB/s",
  "p50 ms",
  "p99 ms",
  "p99.9 ms",
  "server CPU s/GB",
  "server CPU s/M records",
  "server cores",
  "client cores",
  "others' cores",
  "memory peak/plateau MB",
] as const;

export function rowOf(measurement: Measurement): readonly string[] {
  const { name, latency, cost, seconds = 0, records = 0, payloadBytes = 0 } = measurement;
  const rate = recordsPerSecond(measurement);
  return [
    name,
    rate === undefined ? "" : whole(rate),
    payloadBytes === 0 || seconds === 0 ? "" : (payloadBytes / 1e6 / seconds).toFixed(payloadBytes / 1e6 / seconds < 10 ? 1 : 0),
    percentile(latency, "p50Ms"),
    percentile(latency, "p99Ms"),
    percentile(latency, "p999Ms"),
    cost === undefined || payloadBytes === 0 ? "" : (cost.serverCpuSeconds / (payloadBytes / 1e9)).toFixed(2),
    cost === undefined || records === 0 ? "" : (cost.serverCpuSeconds / (records / 1e6)).toFixed(2),
    cost === undefined || seconds === 0 ? "" : (cost.serverCpuSeconds / seconds).toFixed(2),
    cost === undefined || seconds === 0 ? "" : (cost.clientCpuSeconds / seconds).toFixed(2),
    cost === undefined || seconds === 0 ? "" : (cost.otherCpuSeconds / seconds).toFixed(2),
    cost === undefined ? "" : memory(cost),
  ];
}

/** Whether a measurement has anything for the table; some have further figures only. */
export function hasRow(measurement: Measurement): boolean {
  return rowOf(measurement).some((cell, column) => column > 0 && cell !== "");
}

/** A number with separators, no fraction. */
export function whole(number: number): string {
  return Math.round(number).toLocaleString("en");
}

/** A further figure with its name in words: "readyMedianMs" is "ready median ms". */
export function extraText(name: string, value: number): string {
  const words = name.replaceAll(/([A-Z]|\d+)/g, " $1").toLowerCase();
  return `${words} ${value >= 1_000 ? whole(value) : value.toFixed(value < 10 ? 2 : 0)}`;
}

function percentile(latency: LatencySummary | undefined, name: "p50Ms" | "p99Ms" | "p999Ms"): string {
  if (latency === undefined) return "";
  const value = latency[name];
  return value === undefined ? "too few" : value.toFixed(2);
}

function memory({ serverMemoryPeakBytes, serverMemoryPlateauBytes }: Cost): string {
  return `${whole(serverMemoryPeakBytes / 1e6)} / ${whole(serverMemoryPlateauBytes / 1e6)}`;
}
