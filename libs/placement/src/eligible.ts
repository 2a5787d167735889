import { type BrokerId, isInternalTopic, type PartitionState, resolveTopicConfig, type TopicDescription } from "@millrace/model";

/**
 * Members without which nothing is acknowledged: `min.insync.replicas`, but never more than there are replicas. By default two where there are two; the cluster's own
 * topics are content with one of two, as brokers are (`effective-config.ts` there). Never above what the leader waits for, or an eligible leader could lack records.
 */
export function minInSync(topic: Pick<TopicDescription, "name" | "configOverrides">, replicaCount: number): number {
  const byDefault = isInternalTopic(topic.name) && replicaCount <= 2 ? "1" : "2";
  const config = resolveTopicConfig({ "min.insync.replicas": byDefault, ...topic.configOverrides });
  return Math.min(config.minInsyncReplicas, replicaCount);
}

/** Replicas before or after a move that is under way, whichever are fewer: leaders wait for no more. */
export function settledReplicaCount({ replicas, reassignment }: Pick<PartitionState, "replicas" | "reassignment">): number {
  if (reassignment?.target.every((id) => replicas.includes(id)) !== true) return replicas.length;
  const adding = reassignment.target.filter((id) => !reassignment.original.includes(id)).length;
  const removing = replicas.filter((id) => !reassignment.target.includes(id)).length;
  return replicas.length - Math.max(adding, removing);
}

/**
 * The partition with another in-sync set, and with the eligible leaders that follow from it (KIP-966, reliability R12). With fewer members than `min.insync.replicas`
 * nothing is acknowledged any more, so whoever leaves then has all that ever was, and stays eligible until the set is large enough again. A replica that may have
 * lost something (`distrusted`) is neither.
 */
export function withInSync(
  topic: TopicDescription,
  partition: PartitionState,
  to: { readonly inSyncSet: readonly BrokerId[]; readonly distrusted?: BrokerId },
): PartitionState {
  const { inSyncSet, distrusted } = to;
  const { replicas } = partition;
  const isReplica = (id: BrokerId): boolean => replicas.includes(id);
  const emptied = (partition.emptied ?? []).filter((id) => isReplica(id) && !inSyncSet.includes(id));
  const isTrusted = (id: BrokerId): boolean => isReplica(id) && id !== distrusted && !inSyncSet.includes(id) && !emptied.includes(id);
  const standsStill = inSyncSet.length < minInSync(topic, settledReplicaCount(partition));
  const eligible = standsStill ? [...new Set([...(partition.eligible ?? []), ...partition.inSyncSet])].filter(isTrusted) : [];
  const { eligible: _, emptied: __, ...rest } = partition;
  return { ...rest, inSyncSet, ...(eligible.length > 0 ? { eligible } : {}), ...(emptied.length > 0 ? { emptied } : {}) };
}
