import { coordinatorSettingsSchema } from "@millrace/coordinator-node";
import { kitSettings } from "@millrace/service-kit";
import { z } from "zod";

/** Settings of the coordinator process: those of the node, of every service, and where control state is kept. */
export const coordinatorAppSchema = z.object({
  ...coordinatorSettingsSchema.shape,
  ...kitSettings.shape,
  store: z
    .string()
    .regex(/^(rediss?:\/\/\S+|embedded:.+)$/, "redis://host:port or embedded:folder")
    .default("redis://127.0.0.1:6379")
    .describe("Where control state is kept: `redis://host:port`, or `embedded:folder` for a cluster in one process."),
  clusterName: z
    .string()
    .regex(/^[a-zA-Z0-9._-]{1,100}$/, "1 to 100 of a-z A-Z 0-9 . _ -")
    .default("millrace")
    .describe("Prefix of this cluster's keys in Redis, so that several clusters may share one."),
  unsafeRedisSettings: z
    .enum(["refuse", "warn"])
    .default("refuse")
    .describe("What to do when Redis would lose acknowledged writes; `warn` is for tests and managed servers that hide their settings."),
  redisConnectTimeoutMs: z
    .int()
    .min(100)
    .max(600_000)
    .default(5_000)
    .describe("How long a start tries to reach Redis, which may start later, before it ends saying why it could not."),
  redisCommandTimeoutMs: z
    .int()
    .min(100)
    .max(60_000)
    .default(2_000)
    .describe("How long one command may take; below the lease time, so that a slow Redis is noticed first."),
});

export type CoordinatorAppSettings = z.output<typeof coordinatorAppSchema>;
