import { type BrokerId, type PartitionState, resolveTopicConfig, type TopicDescription, type TopicId } from "@millrace/model";
import { changeTopics, withLeader, withoutBroker } from "./elect.ts";
import { minInSync, settledReplicaCount } from "./eligible.ts";
import type { Came, Decision, PlacementContext, SettlePartitions } from "./events.ts";
import type { BrokerState, BrokerStatus, ClusterState } from "./state.ts";

/**
 * Whether so many of the partition's replicas have come since the take-over that it may have another leader, or another in-sync set (decision 0017, reliability S7): as many as it
 * takes to acknowledge a record. With fewer the store may have gone back behind an election of those who are away, and the next one would be given the same epoch. One replica has
 * no rival, and a topic that asks for unclean elections wants any leader rather than none.
 */
export function isSettled(
  topic: Pick<TopicDescription, "name" | "configOverrides">,
  partition: Pick<PartitionState, "replicas" | "reassignment">,
  came: Came,
): boolean {
  const { replicas, reassignment } = partition;
  if (replicas.length === 1) return true;
  const count = replicas.reduce((sum, id) => sum + Number(came.has(id)), 0);
  if (count === replicas.length || count >= minInSync(topic, settledReplicaCount({ replicas, reassignment }))) return true;
  return resolveTopicConfig(topic.configOverrides).uncleanLeaderElection;
}

/** Decides what was held back of these topics where enough replicas have come by now, and answers which topics still have a partition that waits. */
export function settlePartitions(
  state: ClusterState,
  event: SettlePartitions,
  { came }: PlacementContext,
): Decision<{ readonly kind: "held"; readonly topics: readonly TopicId[] }> {
  const held = new Set<TopicId>();
  const topics = event.topics.flatMap((topicId) => state.topics.get(topicId) ?? []);
  const changes = changeTopics(topics, (partition, topic) => {
    if (isSettled(topic, partition, came)) return settled(topic, partition, statusIn(state));
    held.add(topic.topicId);
    return partition;
  });
  return { changes, response: { kind: "held", topics: [...held] } };
}

/** As it would be had nothing been held back: led if anybody can, and without members that are away, or that have handed over what they lead. */
export function settled(topic: TopicDescription, partition: PartitionState, statusOf: (id: BrokerId) => BrokerStatus): PartitionState {
  const isLive = (id: BrokerId): boolean => statusOf(id) === "live";
  let after = withLeader(topic, partition, isLive);
  if (after.leader === undefined) return after;
  for (const broker of after.inSyncSet) {
    const status = statusOf(broker);
    if (status !== "live") after = withoutBroker(topic, after, { broker, isLive, keepLast: status !== "fenced" });
  }
  return after;
}

/** What a broker is, or is about to be; one that is not known is as good as fenced. */
export function statusIn(state: ClusterState, changed?: BrokerState): (id: BrokerId) => BrokerStatus {
  return (id) => (id === changed?.brokerId ? changed : state.brokers.get(id))?.status ?? "fenced";
}
