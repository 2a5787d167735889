import type { ClusterReport, MetadataUpdate, PartitionState as WirePartition, RegisterBroker, Topic } from "@millrace/contracts";
import {
  brokerEpoch,
  brokerId,
  leaderEpoch,
  partitionEpoch,
  type PartitionState,
  type TopicDescription,
  type TopicId,
} from "@millrace/model";
import { type ClusterKnowledge, type KnownLog, logKey } from "@millrace/placement";

/**
 * What a broker knows, from its registration and its report. What it knows of partitions as another broker (`like`) does is shared with that: a hundred brokers that each know
 * 100,000 partitions would not fit into a coordinator otherwise.
 */
export function knowledgeFromWire(registration: RegisterBroker, report: ClusterReport, like?: ClusterKnowledge): ClusterKnowledge {
  const { incarnationId, folderId, address, kafkaAddress, rack } = registration;
  const { metadata } = report;
  const topics = (metadata?.topics ?? []).map((topic) => topicFromWire(topic, like?.topics.get(topic.topicId)));
  const logs = report.logs.map((log): KnownLog => {
    const { topicId, partition, suspect: isSuspect, leads } = log;
    return { topicId, partition, isSuspect, leads, lastEpoch: leaderEpoch(log.lastEpochInLog), logEndOffset: Number(log.logEndOffset) };
  });
  return {
    broker: {
      ...{ brokerId: brokerId(registration.brokerId), incarnationId, folderId, address, kafkaAddress, rack },
      brokerEpoch: brokerEpoch(Number(report.brokerEpoch)),
    },
    isRegistered: report.brokerEpoch > 0n,
    metadataVersion: Number(metadata?.metadataVersion ?? 0n),
    brokerEpochMax: brokerEpochMaxOf(metadata),
    producerIdEnd: Number(report.producerIdEnd),
    topics: new Map(topics.map((topic) => [topic.topicId, topic])),
    logs: new Map(logs.map((log) => [logKey(log), log])),
  };
}

function brokerEpochMaxOf(metadata: MetadataUpdate | undefined): number {
  return Math.max(0, ...(metadata?.brokers ?? []).map((broker) => Number(broker.brokerEpoch)));
}

function topicFromWire({ name, topicId, internal, configs, partitions }: Topic, like: TopicDescription | undefined): TopicDescription {
  return {
    topicId: topicId as TopicId,
    name,
    internal,
    configOverrides: { ...configs },
    partitions: partitions.map((state, index) => {
      const other = like?.partitions[index];
      return other !== undefined && isSame(other, state) ? other : partitionFromWire(topicId as TopicId, state);
    }),
  };
}

/** An epoch names one state of a partition; the rest is compared all the same, since a lost store may have given an epoch twice. */
function isSame(other: PartitionState, state: WirePartition): boolean {
  return (
    other.partition === state.partition &&
    other.partitionEpoch === state.partitionEpoch &&
    other.leaderEpoch === state.leaderEpoch &&
    other.leader === state.leader &&
    isSameList(other.replicas, state.replicas) &&
    isSameList(other.inSyncSet, state.inSyncSet) &&
    isSameList(other.emptied ?? [], state.emptiedReplicas)
  );
}

function isSameList(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}

function partitionFromWire(topicId: TopicId, state: WirePartition): PartitionState {
  return {
    topicId,
    partition: state.partition,
    replicas: state.replicas.map((id) => brokerId(id)),
    leader: state.leader === undefined ? undefined : brokerId(state.leader),
    leaderEpoch: leaderEpoch(state.leaderEpoch),
    inSyncSet: state.inSyncSet.map((id) => brokerId(id)),
    partitionEpoch: partitionEpoch(state.partitionEpoch),
    ...(state.emptiedReplicas.length > 0 ? { emptied: state.emptiedReplicas.map((id) => brokerId(id)) } : {}),
  };
}
