import { type BrokerId, leaderEpoch, type PartitionState, partitionEpoch, type TopicDescription } from "@millrace/model";
import type { BrokerState, ClusterChange, ClusterState } from "./state.ts";

/**
 * The partition after a broker stopped leading it. Others in sync remain: it leaves the in-sync set, and one of them leads. It was the last:
 * the set stays, so that only it may lead again, and `keepLast` says whether it leads meanwhile.
 */
export function withoutBroker(
  partition: PartitionState,
  broker: BrokerId,
  options: { isLive: (id: BrokerId) => boolean; keepLast: boolean },
): PartitionState {
  if (!partition.inSyncSet.includes(broker)) return partition;
  const rest = partition.inSyncSet.filter((id) => id !== broker);
  const successor = partition.replicas.find((id) => rest.includes(id) && options.isLive(id));
  if (rest.length === 0 || (successor === undefined && options.keepLast)) {
    if (options.keepLast || partition.leader !== broker) return partition;
    return { ...partition, leader: undefined, partitionEpoch: partitionEpoch(partition.partitionEpoch + 1) };
  }
  const shrunk = { ...partition, inSyncSet: rest, partitionEpoch: partitionEpoch(partition.partitionEpoch + 1) };
  return partition.leader === broker ? lead(shrunk, successor) : shrunk;
}

/** The partition with a leader if it has none and a live member of its in-sync set can be it (reliability R13, without unclean election). */
export function withLeader(partition: PartitionState, isLive: (id: BrokerId) => boolean): PartitionState {
  if (partition.leader !== undefined) return partition;
  const leader = partition.replicas.find((id) => partition.inSyncSet.includes(id) && isLive(id));
  if (leader === undefined) return partition;
  return lead({ ...partition, partitionEpoch: partitionEpoch(partition.partitionEpoch + 1) }, leader);
}

/** The partition after this broker's disk was found empty: out of the in-sync set, even as its last member (reliability R10). */
export function withEmptyDisk(partition: PartitionState, broker: BrokerId, isLive: (id: BrokerId) => boolean): PartitionState {
  if (!partition.inSyncSet.includes(broker)) return partition;
  const inSyncSet = partition.inSyncSet.filter((id) => id !== broker);
  const shrunk = { ...partition, inSyncSet, partitionEpoch: partitionEpoch(partition.partitionEpoch + 1) };
  if (partition.leader !== broker) return shrunk;
  return lead(
    shrunk,
    partition.replicas.find((id) => inSyncSet.includes(id) && isLive(id)),
  );
}

function lead(partition: PartitionState, leader: BrokerId | undefined): PartitionState {
  return { ...partition, leader, leaderEpoch: leader === undefined ? partition.leaderEpoch : leaderEpoch(partition.leaderEpoch + 1) };
}

/** Changes of all topics in which `change` alters a partition; untouched ones cost nothing to store. */
export function changeTopics(topics: Iterable<TopicDescription>, change: (partition: PartitionState) => PartitionState): ClusterChange[] {
  const changes: ClusterChange[] = [];
  for (const topic of topics) {
    const partitions = topic.partitions.map(change);
    if (partitions.some((partition, index) => partition !== topic.partitions[index]))
      changes.push({ kind: "topic", topic: { ...topic, partitions } });
  }
  return changes;
}

/** Whether a broker may lead, with one broker's status as it will be. */
export function livenessWith(state: ClusterState, changed: BrokerState): (id: BrokerId) => boolean {
  return (id) => (id === changed.brokerId ? changed : state.brokers.get(id))?.status === "live";
}
