import { assert } from "@millrace/stdx";
import type { BrokerEpoch, BrokerId, PartitionState, TopicDescription, TopicId } from "@millrace/model";
import { ReplicaCounts } from "./replica-counts.ts";

/** fenced: leads nothing, gets nothing new. live: may lead. full: its disk has no room for records. stopping, full: leads only what no other replica could. */
export type BrokerStatus = "fenced" | "live" | "full" | "stopping";

export interface BrokerState {
  readonly brokerId: BrokerId;
  /** New with each start of the process. */
  readonly incarnationId: string;
  /** Identity of the data folder: another one means an empty disk (reliability R10). */
  readonly folderId: string;
  readonly address: string;
  readonly kafkaAddress: string;
  /** For clients outside of the cluster's network; absent or empty: no such listener. */
  readonly externalAddress?: string;
  readonly externalKafkaAddress?: string;
  readonly rack: string;
  /** New with each registration of an incarnation; an older one is a broker of the past. */
  readonly brokerEpoch: BrokerEpoch;
  readonly status: BrokerStatus;
  /** Its replicas are being moved away, or were: it gets no new ones. Kept over restarts of the broker. */
  readonly isDraining?: boolean;
}

export interface ClusterIdentity {
  readonly clusterId: string;
  /** Greatest broker epoch given out. */
  readonly brokerEpochLast: number;
}

/** Everything that placement knows. Changed by `applyChange` only, after the change is in the store. */
export interface ClusterState {
  identity: ClusterIdentity;
  readonly brokers: Map<BrokerId, BrokerState>;
  readonly topics: Map<TopicId, TopicDescription>;
  readonly topicIdsByName: Map<string, TopicId>;
  /** Topics with a partition whose replicas are being moved: few, so that looking after them costs nothing while there are none. */
  readonly reassigningTopics: Set<TopicId>;
  /** Topics with a partition that nobody leads: few, as those that are being moved. */
  readonly leaderlessTopics: Set<TopicId>;
  readonly counts: ReplicaCounts;
  /** Topics with many partitions that an earlier version stored in one entry: written in pages at their next change. */
  readonly unpagedTopics: Set<TopicId>;
  /** Producer ids below were given out. */
  producerIdNext: number;
}

/** One object of the state, as it is to be afterwards: one entry of the store. */
export type ClusterChange =
  | { readonly kind: "cluster"; readonly identity: ClusterIdentity }
  | { readonly kind: "broker"; readonly broker: BrokerState }
  | { readonly kind: "topic"; readonly topic: TopicDescription }
  | { readonly kind: "topic-removed"; readonly topicId: TopicId }
  | { readonly kind: "producer-ids"; readonly producerIdNext: number };

export function createClusterState(clusterId: string): ClusterState {
  return {
    identity: { clusterId, brokerEpochLast: 0 },
    brokers: new Map(),
    topics: new Map(),
    topicIdsByName: new Map(),
    reassigningTopics: new Set(),
    leaderlessTopics: new Set(),
    counts: new ReplicaCounts(),
    unpagedTopics: new Set(),
    producerIdNext: 0,
  };
}

/** A state of its own with the same objects in it: what is decided together is tried out on it, before any of it is stored. */
export function copyClusterState(state: ClusterState): ClusterState {
  return {
    identity: state.identity,
    brokers: new Map(state.brokers),
    topics: new Map(state.topics),
    topicIdsByName: new Map(state.topicIdsByName),
    reassigningTopics: new Set(state.reassigningTopics),
    leaderlessTopics: new Set(state.leaderlessTopics),
    counts: state.counts.copy(),
    unpagedTopics: new Set(state.unpagedTopics),
    producerIdNext: state.producerIdNext,
  };
}

/** Puts a change that is stored into the state. Epochs that fall are a bug, here or in the store. */
export function applyChange(state: ClusterState, change: ClusterChange): void {
  switch (change.kind) {
    case "cluster":
      assert(change.identity.brokerEpochLast >= state.identity.brokerEpochLast, "broker epoch counter falls");
      state.identity = change.identity;
      return;
    case "broker":
      assert(change.broker.brokerEpoch >= (state.brokers.get(change.broker.brokerId)?.brokerEpoch ?? 0), "broker epoch falls");
      state.brokers.set(change.broker.brokerId, change.broker);
      return;
    case "topic": {
      const before = state.topics.get(change.topic.topicId)?.partitions ?? [];
      change.topic.partitions.forEach((after, index) => {
        if (after !== before[index]) assertPartitionFollows(before[index], after);
      });
      state.counts.replace(before, change.topic.partitions);
      state.topics.set(change.topic.topicId, change.topic);
      state.unpagedTopics.delete(change.topic.topicId);
      state.topicIdsByName.set(change.topic.name, change.topic.topicId);
      if (change.topic.partitions.some(({ reassignment }) => reassignment !== undefined)) state.reassigningTopics.add(change.topic.topicId);
      else state.reassigningTopics.delete(change.topic.topicId);
      if (change.topic.partitions.some(({ leader }) => leader === undefined)) state.leaderlessTopics.add(change.topic.topicId);
      else state.leaderlessTopics.delete(change.topic.topicId);
      return;
    }
    case "topic-removed": {
      const topic = state.topics.get(change.topicId);
      state.counts.replace(topic?.partitions ?? [], []);
      state.topics.delete(change.topicId);
      state.reassigningTopics.delete(change.topicId);
      state.unpagedTopics.delete(change.topicId);
      state.leaderlessTopics.delete(change.topicId);
      if (topic !== undefined) state.topicIdsByName.delete(topic.name);
      return;
    }
    case "producer-ids":
      assert(change.producerIdNext >= state.producerIdNext, "producer id counter falls");
      state.producerIdNext = change.producerIdNext;
  }
}

function assertPartitionFollows(before: PartitionState | undefined, after: PartitionState): void {
  const { leader, inSyncSet, replicas, eligible = [], emptied = [] } = after;
  assert(leader === undefined || inSyncSet.includes(leader), () => `leader is not in sync partition=${after.partition}`);
  assert(
    inSyncSet.every((broker) => replicas.includes(broker)),
    () => `in-sync set holds a foreign broker partition=${after.partition}`,
  );
  assert(
    [...eligible, ...emptied].every((broker) => replicas.includes(broker) && !inSyncSet.includes(broker)),
    () => `eligible or emptied broker is foreign or in sync partition=${after.partition}`,
  );
  if (before === undefined) return;
  assert(
    after.leaderEpoch >= before.leaderEpoch && after.partitionEpoch >= before.partitionEpoch,
    () => `epoch falls partition=${after.partition}`,
  );
  assert(
    after.leader === before.leader || after.partitionEpoch > before.partitionEpoch,
    () => `leader without epoch partition=${after.partition}`,
  );
}

export function topicByName(state: ClusterState, name: string): TopicDescription | undefined {
  const topicId = state.topicIdsByName.get(name);
  return topicId === undefined ? undefined : state.topics.get(topicId);
}

/** Whether the broker may be elected: not fenced, not about to stop. */
export function canLead(state: ClusterState, id: BrokerId): boolean {
  return state.brokers.get(id)?.status === "live";
}

/** Brokers that take new replicas: live, and not being drained; by id. */
export function placeableBrokers(state: ClusterState): readonly BrokerState[] {
  return liveBrokers(state).filter(({ isDraining }) => isDraining !== true);
}

/** Brokers that may lead, by id. */
export function liveBrokers(state: ClusterState): readonly BrokerState[] {
  return [...state.brokers.values()].filter((broker) => broker.status === "live").sort((a, b) => a.brokerId - b.brokerId);
}

export function partitionCount(state: ClusterState): number {
  return state.counts.partitions;
}
