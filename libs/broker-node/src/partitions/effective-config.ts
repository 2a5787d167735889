import type { Topic } from "@millrace/contracts";
import { resolveTopicConfig, type TopicConfig } from "@millrace/model";

/**
 * The configuration by which this broker keeps a topic: what the topic asks for, but for settings under which the cluster would lose what it must not.
 * Internal topics hold decisions that others have acted upon (idea 3): they are synced before they count, and kept. A topic that is only compacted keeps the last
 * value of each key for ever, so age and size delete nothing of it. acks=all means two copies where there are two, unless the topic says otherwise.
 */
export function effectiveConfig(topic: Pick<Topic, "internal" | "configs" | "partitions">): TopicConfig {
  const config = resolveTopicConfig({ ...defaultsOf(replicaCountOf(topic)), ...topic.configs });
  const kept = config.cleanupPolicy === "compact" || topic.internal ? { retentionMs: -1, retentionBytes: -1 } : {};
  return { ...config, ...kept, ...(topic.internal ? { flush: "ack", storage: "disk" } : {}) };
}

/** Replicas of each partition; the most, while they are being changed. */
export function replicaCountOf({ partitions }: { readonly partitions: readonly { readonly replicas?: readonly number[] }[] }): number {
  return Math.max(1, ...partitions.map(({ replicas }) => replicas?.length ?? 0));
}

/** Settings whose default depends on how many replicas a topic has, as text by name. */
export function defaultsOf(replicaCount: number): Readonly<Record<string, string>> {
  return { "min.insync.replicas": String(Math.min(2, replicaCount)) };
}
