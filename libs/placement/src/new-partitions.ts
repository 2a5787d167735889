import { leaderEpoch, partitionEpoch, type PartitionState, type TopicDescription } from "@millrace/model";
import { assignReplicas } from "./assign-replicas.ts";
import { errors } from "./errors.ts";
import type { ReplicaAssignments } from "./events.ts";
import { assertGivenReplicas } from "./given-replicas.ts";
import { PARTITIONS_PER_BROKER_MAX, PARTITIONS_PER_CLUSTER_MAX } from "./limits.ts";
import { canLead, type ClusterState, partitionCount, placeableBrokers } from "./state.ts";

interface Wanted {
  readonly first: number;
  readonly count: number;
  readonly replicationFactor: number;
  readonly assignments: ReplicaAssignments | undefined;
}

/** Partitions that a topic is to have more: placed over live brokers, or where the user said; each led at once. */
export function newPartitions(state: ClusterState, topic: Pick<TopicDescription, "topicId" | "name">, wanted: Wanted): PartitionState[] {
  const { first, count } = wanted;
  const total = partitionCount(state) + count;
  if (total > PARTITIONS_PER_CLUSTER_MAX) throw errors.tooManyPartitions(total, PARTITIONS_PER_CLUSTER_MAX);
  return replicasOf(state, topic.name, wanted).map((replicas, index) => {
    const inSyncSet = replicas.filter((id) => canLead(state, id));
    return {
      topicId: topic.topicId,
      partition: first + index,
      replicas,
      leader: inSyncSet[0],
      leaderEpoch: leaderEpoch(0),
      inSyncSet,
      partitionEpoch: partitionEpoch(0),
    };
  });
}

function replicasOf(state: ClusterState, topic: string, { first, count, replicationFactor, assignments }: Wanted): ReplicaAssignments {
  const brokers = placeableBrokers(state);
  if (assignments === undefined && brokers.length < replicationFactor) throw errors.notEnoughBrokers(replicationFactor, brokers.length);
  assertRoom(state, brokers.length, count * replicationFactor);
  if (assignments === undefined) return assignReplicas(state, brokers, { partitions: count, replicationFactor });
  assertGivenReplicas(state, assignments, { topic, first, each: replicationFactor });
  return assignments;
}

/** Brokers have room for so many more replicas: one request must not make more logs than a broker can open. */
function assertRoom(state: ClusterState, brokers: number, added: number): void {
  const replicas = state.counts.replicas + added;
  if (replicas > brokers * PARTITIONS_PER_BROKER_MAX)
    throw errors.noRoomForReplicas({ replicas, brokers, perBrokerMax: PARTITIONS_PER_BROKER_MAX });
}
