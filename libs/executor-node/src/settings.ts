import { z } from "zod";

/** Settings of an executor; names are flags (`--worker-slots`) and, with MILLRACE_ before them, environment variables. */
export const executorSettingsSchema = z.strictObject({
  executorId: z.string().min(1).max(100).describe("Unique among live executors; on Kubernetes the pod's name."),
  coordinators: z.array(z.string().min(1)).min(1).describe("Addresses (host:port) of coordinators, in any order."),
  host: z.string().min(1).default("127.0.0.1").describe("Host under which other executors reach this one's workers."),
  workerSlots: z.int().min(1).max(64).default(1).describe("Worker processes that a job may have here; one core each."),
  workerHeapMb: z.int().min(64).max(1_048_576).default(1024).describe("Heap limit of one worker process, in MiB."),
  workerSilenceMs: z
    .int()
    .min(1_000)
    .max(3_600_000)
    .default(60_000)
    .describe(
      "A worker whose user code does not return for so long is taken to hang: it is killed, and its job fails with the name of the function. Since 0.2.",
    ),
  stateMemoryMb: z
    .int()
    .min(1)
    .max(1_048_576)
    .default(512)
    .describe(
      "Memory for keyed state of one job on this executor, in MiB, shared by its workers; what is beyond goes to disk under --data-dir.",
    ),
  dataDir: z.string().min(1).default(".millrace/executor").describe("Folder for job bundles; may be lost at any time."),
});

export type ExecutorSettings = z.infer<typeof executorSettingsSchema>;
