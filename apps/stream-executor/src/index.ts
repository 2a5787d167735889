export { executorProcess } from "./executor-process.ts";
export { type ExecutorAppSettings, executorAppSchema } from "./settings.ts";
export { type RunningExecutor, startExecutor } from "./start-executor.ts";
