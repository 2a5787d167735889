import type { PartitionState, Topic } from "@millrace/contracts";
import { resolveTopicConfig, type TopicConfig } from "@millrace/model";

/**
 * The configuration by which this broker keeps a topic: what the topic asks for, but for settings under which the cluster would lose what it must not.
 * Internal topics hold decisions that others have acted upon (idea 3): they are synced before they count, and kept. A topic that is only compacted keeps the last
 * value of each key for ever, so age and size delete nothing of it. acks=all means two copies where there are two, unless the topic says otherwise.
 */
export function effectiveConfig(topic: Pick<Topic, "internal" | "configs">, replicaCount: number): TopicConfig {
  const config = resolveTopicConfig({ ...defaultsOf(replicaCount, topic.internal), ...topic.configs });
  const kept = config.cleanupPolicy === "compact" || topic.internal ? { retentionMs: -1, retentionBytes: -1 } : {};
  return { ...config, ...kept, ...(topic.internal ? { flush: "ack", storage: "disk" } : {}) };
}

/** Replicas of each partition of a topic; the most, where they differ. */
export function replicaCountOf({ partitions }: { readonly partitions: readonly ReplicaLists[] }): number {
  return Math.max(1, ...partitions.map(settledReplicaCount));
}

type ReplicaLists = Partial<Pick<PartitionState, "replicas" | "addingReplicas" | "removingReplicas">>;

/**
 * Replicas of a partition; before or after a move that is under way, whichever are fewer: one that is being added has not got the records yet, and acks=all must not
 * wait for two where there was one.
 */
export function settledReplicaCount({ replicas = [], addingReplicas = [], removingReplicas = [] }: ReplicaLists): number {
  return replicas.length - Math.max(addingReplicas.length, removingReplicas.length);
}

/**
 * Settings whose default depends on how many replicas a topic has, as text by name. acks=all means two copies where there are two. But of two brokers one may be away, and
 * groups and transactions go on then: an internal topic of two replicas is content with one in sync, as Kafka's `__consumer_offsets` is; of three it asks for two.
 */
export function defaultsOf(replicaCount: number, internal: boolean): Readonly<Record<string, string>> {
  return { "min.insync.replicas": String(Math.min(internal && replicaCount <= 2 ? 1 : 2, replicaCount)) };
}
