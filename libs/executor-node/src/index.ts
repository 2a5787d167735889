export { executorSettingsSchema, type ExecutorSettings } from "./settings.ts";
export { createExecutorNode, type ExecutorNode, type ExecutorPorts } from "./supervisor/executor-node.ts";
export { loadStatePart, type StatePartPorts } from "./worker/state-parts.ts";
export { type JobWorkerPorts, runJobWorker } from "./worker/job-worker.ts";
export { placesByScheme } from "./worker/places-by-scheme.ts";
