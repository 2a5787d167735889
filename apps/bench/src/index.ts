export type { Cost, Floor, Measurement } from "./load.ts";
export type { LatencySummary } from "./measure/latency.ts";
export type { HostFacts } from "./measure/host.ts";
export type { LoadRecord, RunRecord } from "./report/run-record.ts";
