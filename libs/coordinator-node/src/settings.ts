import { z } from "zod";

const milliseconds = (defaultValue: number, min: number, doc: string): z.ZodDefault<z.ZodInt> =>
  z.int().min(min).max(3_600_000).default(defaultValue).describe(doc);

/** Settings of a coordinator: unit in the name, default, range and one line of documentation each. Unknown keys are refused. Since 0.1.0. */
export const coordinatorSettingsSchema = z.strictObject({
  coordinatorId: z.string().max(200).default("").describe("Name of this process in the lease; must be unique. Empty: a random one."),
  listenAddress: z.string().default("0.0.0.0:9191").describe("host:port of the gRPC listener; port 0 takes a free one."),
  advertisedAddress: z
    .string()
    .default("")
    .describe("host:port under which brokers and clients reach this process. Empty: the listen address."),
  leaseTtlMs: milliseconds(3_000, 300, "How long the lease lasts; a standby takes over that long after the active one died."),
  brokerSessionTimeoutMs: milliseconds(3_000, 300, "A broker that sent nothing for so long is fenced."),
  brokerReconnectGraceMs: milliseconds(500, 0, "A broker whose stream broke has so long to come back before it is fenced."),
  executorSessionTimeoutMs: milliseconds(3_000, 300, "An executor that sent nothing for so long is lost, and its workers with it."),
  heartbeatIntervalMs: milliseconds(500, 10, "How often brokers and executors send a heartbeat."),
  leaderBalanceMs: milliseconds(
    60_000,
    100,
    "How often leadership goes back to the first replica of each partition, where that is in sync.",
  ),
  partitionsDefault: z.int().min(1).max(100_000).default(1).describe("Partitions of a topic that names no number."),
  replicationFactorDefault: z.int().min(1).max(15).default(1).describe("Replicas of a topic that names no number."),
  replicationFactorMax: z.int().min(1).max(15).default(15).describe("Greatest replication factor that is accepted."),
  internalTopicPartitions: z.int().min(1).max(1_000).default(8).describe("Partitions of each internal topic, fixed when it is made."),
  internalTopicReplicas: z
    .int()
    .min(1)
    .max(15)
    .default(3)
    .describe("Replicas of internal topics, as far as there are brokers; more are added as brokers come."),
  replicasAddedAtOnce: z
    .int()
    .min(1)
    .max(10_000)
    .default(10)
    .describe("Replicas that one broker gets at the same time when replicas are moved; further moves wait. Since 0.2."),
});

/** Complete settings of a coordinator. */
export type CoordinatorSettings = z.output<typeof coordinatorSettingsSchema>;
