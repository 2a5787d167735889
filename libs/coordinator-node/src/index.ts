export type { ExecutorChange, ExecutorCommand, ExecutorHandle, ExecutorRegistry } from "./executors/executor-registry.ts";
export type { ClusterView, CreateJobsPart, JobsPart, JobsPorts, TermStore } from "./jobs-port.ts";
