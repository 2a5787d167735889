export { metricsAdapterProcess } from "./adapter-process.ts";
export { type MetricsAdapterSettings, metricsAdapterSchema } from "./settings.ts";
export { type RunningAdapter, startAdapter } from "./start-adapter.ts";
