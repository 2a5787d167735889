import { type BrokerId, leaderEpoch, type PartitionState, partitionEpoch, type TopicDescription } from "@millrace/model";
import { withInSync } from "./eligible.ts";
import type { BrokerState, ClusterChange, ClusterState } from "./state.ts";

type IsLive = (id: BrokerId) => boolean;

/**
 * The partition after a broker stopped leading it. Others in sync remain: it leaves the in-sync set, and one of them leads, else an eligible one. It was the last:
 * the set stays, so that it may lead again, and `keepLast` says whether it leads meanwhile.
 */
export function withoutBroker(
  topic: TopicDescription,
  partition: PartitionState,
  options: { broker: BrokerId; isLive: IsLive; keepLast: boolean },
): PartitionState {
  const { broker, isLive, keepLast } = options;
  if (!partition.inSyncSet.includes(broker)) return partition;
  const rest = partition.inSyncSet.filter((id) => id !== broker);
  const hasSuccessor = partition.replicas.some((id) => rest.includes(id) && isLive(id));
  if (rest.length === 0 || (!hasSuccessor && keepLast)) {
    if (keepLast || partition.leader !== broker) return partition;
    return led(topic, next({ ...partition, leader: undefined }), isLive);
  }
  const shrunk = next(withInSync(topic, partition, { inSyncSet: rest }));
  return partition.leader === broker ? led(topic, { ...shrunk, leader: undefined }, isLive) : shrunk;
}

/**
 * As long as too few of its replicas have come (decision 0017): a leader that went leads no more, and all else stays as it is. `keepLast`: it goes on leading, until there are
 * enough or it has gone.
 */
export function withoutLeader(partition: PartitionState, { broker, keepLast }: { broker: BrokerId; keepLast: boolean }): PartitionState {
  return partition.leader === broker && !keepLast ? next({ ...partition, leader: undefined }) : partition;
}

/** The partition with a leader if it has none and one can be elected without loss (reliability R13): of the in-sync set, else of the eligible ones. */
export function withLeader(topic: TopicDescription, partition: PartitionState, isLive: IsLive): PartitionState {
  if (partition.leader !== undefined) return partition;
  const after = led(topic, partition, isLive);
  return after.leader === undefined ? partition : next(after);
}

/**
 * The partition after it came out that this broker may lack records: out of the in-sync set, even as its last member, and not eligible. `isEmpty`: it has none at all
 * (reliability R10), and its log counts for nothing until it is in sync again; otherwise the end of its log is in doubt (R11).
 */
export function withDistrusted(
  topic: TopicDescription,
  partition: PartitionState,
  options: { broker: BrokerId; isEmpty: boolean; isLive: IsLive },
): PartitionState {
  const { broker, isEmpty, isLive } = options;
  const wasEmptied = partition.emptied?.includes(broker) ?? false;
  const isKnown = wasEmptied || !isEmpty;
  if (!partition.replicas.includes(broker) || (isKnown && !isCandidate(partition, broker))) return partition;
  const emptied = isEmpty && !wasEmptied ? [...(partition.emptied ?? []), broker] : partition.emptied;
  const inSyncSet = partition.inSyncSet.filter((id) => id !== broker);
  const shrunk = next(withInSync(topic, { ...partition, emptied }, { inSyncSet, distrusted: broker }));
  return partition.leader === broker ? led(topic, { ...shrunk, leader: undefined }, isLive) : shrunk;
}

function isCandidate({ inSyncSet, eligible = [] }: PartitionState, broker: BrokerId): boolean {
  return inSyncSet.includes(broker) || eligible.includes(broker);
}

/** Without a leader before. An eligible one leads alone: those in sync are away, and what they have is what it has. */
function led(topic: TopicDescription, partition: PartitionState, isLive: IsLive): PartitionState {
  const { replicas, inSyncSet, eligible = [] } = partition;
  const member = replicas.find((id) => inSyncSet.includes(id) && isLive(id));
  if (member !== undefined) return lead(partition, member);
  const other = replicas.find((id) => eligible.includes(id) && isLive(id));
  return other === undefined ? partition : leadAlone(topic, partition, other);
}

/** The replica leads, alone in sync; those that were in sync stay eligible as far as nothing is acknowledged meanwhile. */
export function leadAlone(topic: TopicDescription, partition: PartitionState, leader: BrokerId): PartitionState {
  return lead(withInSync(topic, partition, { inSyncSet: [leader] }), leader);
}

function lead(partition: PartitionState, leader: BrokerId): PartitionState {
  return { ...partition, leader, leaderEpoch: leaderEpoch(partition.leaderEpoch + 1) };
}

function next(partition: PartitionState): PartitionState {
  return { ...partition, partitionEpoch: partitionEpoch(partition.partitionEpoch + 1) };
}

/** Changes of all topics in which `change` alters a partition; untouched ones cost nothing to store. */
export function changeTopics(
  topics: Iterable<TopicDescription>,
  change: (partition: PartitionState, topic: TopicDescription) => PartitionState,
): ClusterChange[] {
  const changes: ClusterChange[] = [];
  for (const topic of topics) {
    let partitions: PartitionState[] | undefined;
    for (const [index, partition] of topic.partitions.entries()) {
      const after = change(partition, topic);
      if (after !== partition) (partitions ??= [...topic.partitions])[index] = after;
    }
    if (partitions !== undefined) changes.push({ kind: "topic", topic: { ...topic, partitions } });
  }
  return changes;
}

/** Whether a broker may lead, with one broker's status as it will be. */
export function livenessWith(state: ClusterState, changed: BrokerState): IsLive {
  return (id) => (id === changed.brokerId ? changed : state.brokers.get(id))?.status === "live";
}
