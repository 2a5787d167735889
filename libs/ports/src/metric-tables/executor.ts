import type { MetricTable } from "./declaration.ts";

/** Of executors: the workers that they run. */
export const EXECUTOR_METRICS = {
  millrace_executor_workers: { kind: "gauge", unit: "workers", labels: [], help: "Worker processes that run." },
  millrace_executor_batches_total: {
    kind: "counter",
    unit: "batches",
    labels: [],
    help: "Batches that workers of this executor have done.",
  },
  millrace_task_stage_seconds_total: {
    kind: "counter",
    unit: "seconds",
    labels: ["stage"],
    help: "Time that workers of this executor spent in map, shuffle (wait for blocks), reduce, checkpoint, plan (all else done, and the plan not stored yet) and sink; the rest is idle.",
  },
  millrace_shuffle_bytes_total: { kind: "counter", unit: "bytes", labels: [], help: "Shuffle blocks sent to other workers." },
} as const satisfies MetricTable;
