import type { ServiceProcess } from "@millrace/service-kit";
import { type ExecutorAppSettings, executorAppSchema } from "./settings.ts";
import { startExecutor } from "./start-executor.ts";

/** The executor as a process, for `main.ts` and `millrace executor`. */
export const executorProcess: ServiceProcess<ExecutorAppSettings> = {
  service: "executor",
  schema: executorAppSchema,
  start: startExecutor,
};
