import { BROKER_METRICS } from "./metric-tables/broker.ts";
import { COORDINATOR_METRICS } from "./metric-tables/coordinator.ts";
import type { MetricDeclaration, MetricKind } from "./metric-tables/declaration.ts";
import { EXECUTOR_METRICS } from "./metric-tables/executor.ts";
import { JOB_METRICS } from "./metric-tables/job.ts";
import { PROCESS_METRICS } from "./metric-tables/process.ts";

/** The declared metrics, by who shows them: the only ones there are. Documents, dashboards and alerts are checked against this table. */
export const METRIC_SECTIONS = [
  { title: "Broker", metrics: BROKER_METRICS },
  { title: "Coordinator", metrics: COORDINATOR_METRICS },
  { title: "Jobs", metrics: JOB_METRICS },
  { title: "Executor", metrics: EXECUTOR_METRICS },
  { title: "Every process", metrics: PROCESS_METRICS },
] as const;

const TABLE = { ...BROKER_METRICS, ...COORDINATOR_METRICS, ...JOB_METRICS, ...EXECUTOR_METRICS, ...PROCESS_METRICS };
type Table = typeof TABLE;

/** Names of declared metrics of a kind: an undeclared one does not compile. */
export type MetricName<K extends MetricKind = MetricKind> = {
  [Name in keyof Table]: Table[Name]["kind"] extends K ? Name : never;
}[keyof Table];

/** All declared metrics by name. */
export const METRICS: ReadonlyMap<string, MetricDeclaration> = new Map(Object.entries(TABLE));
