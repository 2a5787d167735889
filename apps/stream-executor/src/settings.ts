import { executorSettingsSchema } from "@millrace/executor-node";
import { kitSettings } from "@millrace/service-kit";
import { z } from "zod";

/** Settings of the executor process: those of the node and of every service. */
export const executorAppSchema = z.object({
  ...executorSettingsSchema.shape,
  ...kitSettings.shape,
  executorId: z
    .string()
    .max(100)
    .default("")
    .describe("Unique among live executors; on Kubernetes the pod's name. Empty: host name and process id."),
  coordinators: executorSettingsSchema.shape.coordinators
    .default(["127.0.0.1:9191"])
    .describe("Addresses (host:port) of coordinators, in any order."),
});

export type ExecutorAppSettings = z.output<typeof executorAppSchema>;
