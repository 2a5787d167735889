import { type BrokerId, type PartitionState, partitionEpoch, type TopicDescription, type TopicId } from "@millrace/model";
import { assignReplicas } from "./assign-replicas.ts";
import { registered } from "./brokers.ts";
import { withInSync } from "./eligible.ts";
import type { AlterPartitions, Decision, InSyncAnswer, InSyncWish, PlacementContext } from "./events.ts";
import { isSettled } from "./settle.ts";
import { type ClusterChange, type ClusterState, placeableBrokers } from "./state.ts";

/**
 * Wishes of leaders for other in-sync sets (reliability R8). Each is a compare-and-set: by the leader of this epoch, on the partition epoch it knows, and with members
 * that are in this life what they were when they were seen in sync (R5). Repeated after its answer was lost, it finds a newer partition epoch and is answered with
 * what the partition is: the sender learns the same either way.
 */
export function alterPartitions(
  state: ClusterState,
  event: AlterPartitions,
  { came }: PlacementContext,
): Decision<{ readonly kind: "partitions"; readonly answers: readonly InSyncAnswer[] }> {
  registered(state, event.brokerId, event.brokerEpoch);
  const changed = new Map<TopicId, PartitionState[]>();
  const answers = event.wishes.map((wish): InSyncAnswer => {
    const { topicId, partition } = wish;
    const topic = state.topics.get(topicId);
    const partitions = changed.get(topicId) ?? topic?.partitions;
    const before = partitions?.[partition];
    if (topic === undefined || partitions === undefined || before === undefined)
      return { topicId, partition, state: undefined, isIneligible: false };
    if (before.leader !== event.brokerId || before.leaderEpoch !== wish.leaderEpoch || before.partitionEpoch !== wish.partitionEpoch)
      return { topicId, partition, state: before, isIneligible: false };
    // Refused as what a broker is may be: the leader asks again.
    if (!isSettled(topic, before, came) || !isEligible(state, before, wish))
      return { topicId, partition, state: before, isIneligible: true };
    const inSyncSet = before.replicas.filter((id) => wish.members.some((member) => member.brokerId === id));
    const after = { ...withInSync(topic, before, { inSyncSet }), partitionEpoch: partitionEpoch(before.partitionEpoch + 1) };
    changed.set(topicId, partitions.with(partition, after));
    return { topicId, partition, state: after, isIneligible: false };
  });
  return { changes: topicChanges(state, changed), response: { kind: "partitions", answers } };
}

/** Members that stay are those that the coordinator has put there; only new ones are looked at. */
function isEligible(state: ClusterState, before: PartitionState, wish: InSyncWish): boolean {
  if (!wish.members.some((member) => member.brokerId === before.leader)) return false;
  return wish.members.every(({ brokerId, brokerEpoch }) => {
    if (before.inSyncSet.includes(brokerId)) return true;
    const broker = state.brokers.get(brokerId);
    return before.replicas.includes(brokerId) && broker?.status === "live" && broker.brokerEpoch === brokerEpoch;
  });
}

/** More replicas for internal topics that were made when there were fewer brokers than they should have; the new ones catch up and join by themselves. */
export function raiseInternalTopics(state: ClusterState, context: PlacementContext): Decision<{ readonly kind: "none" }> {
  const brokers = placeableBrokers(state);
  const wanted = Math.min(context.settings.internalTopicReplicas, brokers.length);
  const changed = new Map<TopicId, PartitionState[]>();
  for (const topic of state.topics.values()) {
    if (!topic.internal || topic.partitions.every(({ replicas }) => replicas.length >= wanted)) continue;
    const proposals = assignReplicas(state, brokers, { partitions: topic.partitions.length, replicationFactor: brokers.length });
    changed.set(
      topic.topicId,
      topic.partitions.map((partition, index) => grown(partition, proposals[index] ?? [], wanted)),
    );
  }
  return { changes: topicChanges(state, changed), response: { kind: "none" } };
}

/** The partition with more replicas, the new ones not in sync. */
function grown(partition: PartitionState, candidates: readonly BrokerId[], wanted: number): PartitionState {
  const missing = Math.max(0, wanted - partition.replicas.length);
  const added = candidates.filter((id) => !partition.replicas.includes(id)).slice(0, missing);
  if (added.length === 0 || partition.reassignment !== undefined) return partition;
  return { ...partition, replicas: [...partition.replicas, ...added], partitionEpoch: partitionEpoch(partition.partitionEpoch + 1) };
}

function topicChanges(state: ClusterState, changed: ReadonlyMap<TopicId, readonly PartitionState[]>): ClusterChange[] {
  return [...changed].flatMap(([topicId, partitions]) => {
    const topic: TopicDescription | undefined = state.topics.get(topicId);
    return topic === undefined ? [] : [{ kind: "topic" as const, topic: { ...topic, partitions } }];
  });
}
