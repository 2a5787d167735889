import type { ServiceProcess } from "@millrace/service-kit";
import { type MetricsAdapterSettings, metricsAdapterSchema } from "./settings.ts";
import { startAdapter } from "./start-adapter.ts";

/** The metrics adapter as a process, for `main.ts`. */
export const metricsAdapterProcess: ServiceProcess<MetricsAdapterSettings> = {
  service: "metrics-adapter",
  schema: metricsAdapterSchema,
  start: startAdapter,
};
