export { type CoordinatorNode, type CoordinatorPorts, type CoordinatorStatus, createCoordinatorNode } from "./coordinator-node.ts";
export type { ExecutorChange, ExecutorCommand, ExecutorHandle, ExecutorRegistry } from "./executors/executor-registry.ts";
export type { ClusterView, CreateJobsPart, JobsPart, JobsPorts, TermStore } from "./jobs-port.ts";
export { type CoordinatorSettings, coordinatorSettingsSchema } from "./settings.ts";
export { createJobsPart, type JobsSettings } from "./jobs/index.ts";
export { graphFromWire } from "./jobs/graph-from-wire.ts";
