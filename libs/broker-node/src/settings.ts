import { z } from "zod";
import {
  COMPACTION_BYTES_PER_SECOND_DEFAULT,
  DISK_RESERVE_BYTES_DEFAULT,
  IN_FLIGHT_BYTES_PER_CONNECTION_DEFAULT,
  IN_FLIGHT_BYTES_TOTAL_DEFAULT,
  MEMORY_TOPIC_BYTES_DEFAULT,
  SCRUB_BYTES_PER_SECOND_DEFAULT,
  SCRUB_INTERVAL_MS_DEFAULT,
  TAIL_CACHE_BYTES_DEFAULT,
  UNSENT_FETCH_BYTES_DEFAULT,
} from "./limits.ts";

const address = z.string().regex(/^[^\s:]+:\d{1,5}$|^\[[^\s\]]+\]:\d{1,5}$/, "host:port");

/** Settings of a broker: every one with its default and what it does. Names of flags and environment variables are made from them. */
export const brokerSettingsSchema = z.object({
  brokerId: z
    .int()
    .min(0)
    .max(2_147_483_647)
    .default(1)
    .describe("Number of this broker, unique in the cluster and kept over restarts. Since 0.1."),
  dataFolder: z
    .string()
    .min(1)
    .default("data/broker")
    .describe("Folder for logs and what must survive a restart; belongs to one broker. Since 0.1."),
  listenAddress: address.default("0.0.0.0:9190").describe("host:port on which gRPC is served; port 0 takes a free one. Since 0.1."),
  advertisedAddress: address
    .optional()
    .describe("host:port under which clients and brokers reach this one; absent: where it listens. Since 0.1."),
  kafkaListenAddress: z
    .union([address, z.literal("off")])
    .optional()
    .describe(
      "host:port for Kafka clients, `off` for none; absent: port 9092 on the host of gRPC, or none if gRPC is not on 9190. Since 0.1.",
    ),
  kafkaAdvertisedAddress: address
    .optional()
    .describe("host:port under which Kafka clients reach this broker; absent: where it listens. Since 0.1."),
  externalListenAddress: address
    .optional()
    .describe("host:port for gRPC clients outside of the cluster's network; absent: none. Since 0.1."),
  externalAdvertisedAddress: address
    .optional()
    .describe("host:port under which gRPC clients outside reach this broker; absent: where it listens for them. Since 0.1."),
  kafkaExternalListenAddress: address
    .optional()
    .describe("host:port for Kafka clients outside of the cluster's network; absent: none. Since 0.1."),
  kafkaExternalAdvertisedAddress: address
    .optional()
    .describe("host:port under which Kafka clients outside reach this broker; absent: where it listens for them. Since 0.1."),
  autoCreateTopics: z
    .boolean()
    .default(false)
    .describe("Make a topic when a Kafka client asks for one that is not there (auto.create.topics.enable). Since 0.1."),
  groupInitialRebalanceDelayMs: z
    .int()
    .min(0)
    .max(300_000)
    .default(3_000)
    .describe(
      "How long a consumer group waits for more members before its first assignment (group.initial.rebalance.delay.ms). Since 0.1.",
    ),
  rack: z.string().default("").describe("Failure domain, for placing replicas apart. Since 0.1."),
  replicaSelector: z
    .enum(["leader", "rack-aware"])
    .default("leader")
    .describe(
      "Whom Kafka consumers that name their rack read from: the leader, or a replica of that rack that is in sync (replica.selector.class). Since 0.2.",
    ),
  leaderReplicationThrottledRate: z
    .int()
    .min(0)
    .default(0)
    .describe(
      "Bytes a second that this broker sends to replicas that are being moved (leader.replication.throttled.rate); 0: no limit. Since 0.2.",
    ),
  followerReplicationThrottledRate: z
    .int()
    .min(0)
    .default(0)
    .describe(
      "Bytes a second that this broker takes for replicas that are being moved to it (follower.replication.throttled.rate); 0: no limit. Since 0.2.",
    ),
  coordinators: z
    .array(address)
    .min(1)
    .default(["127.0.0.1:9191"])
    .describe("host:port of coordinators, any order; the active one is found. Since 0.1."),
  inFlightBytesPerConnectionMax: z
    .int()
    .min(1_048_576)
    .default(IN_FLIGHT_BYTES_PER_CONNECTION_DEFAULT)
    .describe("Bytes of produce requests that one stream may have unanswered; more waits. Since 0.1."),
  inFlightBytesMax: z
    .int()
    .min(1_048_576)
    .default(IN_FLIGHT_BYTES_TOTAL_DEFAULT)
    .describe("Bytes of produce requests unanswered in all; above it requests are refused as exhausted. Since 0.1."),
  unsentFetchBytesMax: z
    .int()
    .min(1_048_576)
    .default(UNSENT_FETCH_BYTES_DEFAULT)
    .describe("Bytes of fetch answers that Kafka clients have not taken yet, in all; above it fetches wait for room. Since 0.1."),
  tailCacheBytes: z
    .int()
    .min(0)
    .default(TAIL_CACHE_BYTES_DEFAULT)
    .describe("Newest records kept in memory for readers that follow the end. Since 0.1."),
  memoryTopicBytes: z
    .int()
    .min(1_048_576)
    .default(MEMORY_TOPIC_BYTES_DEFAULT)
    .describe(
      "RAM for all topics with storage=memory; when it is full, producers to them are refused until retention makes room. Since 0.1.",
    ),
  retentionCheckMs: z.int().min(100).default(300_000).describe("How often old segments are looked for. Since 0.1."),
  compactionCheckMs: z
    .int()
    .min(100)
    .default(15_000)
    .describe("How often logs to compact are looked for (log.cleaner.backoff.ms). Since 0.1."),
  compactionBytesPerSecond: z
    .int()
    .min(65_536)
    .default(COMPACTION_BYTES_PER_SECOND_DEFAULT)
    .describe("Bytes that compaction reads per second at most (log.cleaner.io.max.bytes.per.second). Since 0.1."),
  scrubIntervalMs: z
    .int()
    .min(1_000)
    .max(2_147_483_647)
    .default(SCRUB_INTERVAL_MS_DEFAULT)
    .describe(
      "How often every closed segment is read and its checksums verified; damaged ones are fetched from another replica. Since 0.2.",
    ),
  scrubBytesPerSecond: z
    .int()
    .min(65_536)
    .default(SCRUB_BYTES_PER_SECOND_DEFAULT)
    .describe("Bytes that scrubbing reads per second at most. Since 0.2."),
  diskReserveBytes: z
    .int()
    .min(0)
    .default(DISK_RESERVE_BYTES_DEFAULT)
    .describe(
      "Free space below which records are refused and other brokers lead: what is left is for the broker's own state; at most a twentieth of the disk. Since 0.2.",
    ),
  checkpointMs: z
    .int()
    .min(100)
    .default(5_000)
    .describe("How often high watermark and recovery point of written logs are saved. Since 0.1."),
  stopMs: z.int().min(0).default(10_000).describe("How long a stop waits for requests under way and for leadership to move. Since 0.1."),
});

export type BrokerSettings = z.output<typeof brokerSettingsSchema>;

const GRPC_PORT_DEFAULT = ":9190";
const KAFKA_PORT_DEFAULT = ":9092";

/** Where to listen for Kafka clients; undefined: nowhere. Brokers beside each other on one machine have ports of their own for gRPC, and name one for Kafka too. */
export function kafkaListenAddressOf({ kafkaListenAddress, listenAddress }: BrokerSettings): string | undefined {
  if (kafkaListenAddress !== undefined) return kafkaListenAddress === "off" ? undefined : kafkaListenAddress;
  return listenAddress.endsWith(GRPC_PORT_DEFAULT)
    ? `${listenAddress.slice(0, -GRPC_PORT_DEFAULT.length)}${KAFKA_PORT_DEFAULT}`
    : undefined;
}
