import { type BrokerId, type LeaderEpoch, leaderEpoch, type PartitionState, partitionEpoch, type TopicDescription } from "@millrace/model";
import { minInSync } from "./eligible.ts";
import { PRODUCER_ID_BLOCK, REBUILD_EPOCH_GAP, REBUILD_PRODUCER_BLOCKS } from "./limits.ts";
import type { BrokerState, ClusterChange } from "./state.ts";

/** A log on a broker's disk, as it is now. */
export interface KnownLog {
  readonly topicId: string;
  readonly partition: number;
  readonly lastEpoch: LeaderEpoch;
  readonly logEndOffset: number;
  /** Recovery cut something off. */
  readonly isSuspect: boolean;
  /** The broker leads it in `lastEpoch`. */
  readonly leads: boolean;
}

/** All that one broker knows of its cluster. */
export interface ClusterKnowledge {
  readonly broker: Omit<BrokerState, "status">;
  /** It was registered in this life of its process: what it leads and follows goes on. */
  readonly isRegistered: boolean;
  readonly metadataVersion: number;
  readonly topics: ReadonlyMap<string, TopicDescription>;
  /** Greatest broker epoch that it has heard of. */
  readonly brokerEpochMax: number;
  readonly producerIdEnd: number;
  /** By `logKey`. */
  readonly logs: ReadonlyMap<string, KnownLog>;
}

/** Name of a log in `ClusterKnowledge`. */
export function logKey({ topicId, partition }: { readonly topicId: string; readonly partition: number }): string {
  return `${topicId}/${partition}`;
}

/**
 * A cluster from what its brokers know, for a store that lost or rolled back its data (reliability S8): topics of the newest metadata; each partition led by its live
 * leader of the greatest epoch, else by the replica with the greatest (last epoch in the log, end). Every epoch and counter is above all that anybody has seen.
 */
export function rebuildCluster(clusterId: string, reports: readonly ClusterKnowledge[]): readonly ClusterChange[] {
  const byBroker = reportsByBroker(reports);
  const topics = newestTopics(reports).map((topic): ClusterChange => {
    const known = reports.map((report) => report.topics.get(topic.topicId)?.partitions);
    const partitions = topic.partitions.map((newest) => rebuildPartition(newest, viewsOf(newest, known), byBroker));
    return { kind: "topic", topic: { ...topic, partitions } };
  });
  const brokers = reports
    .filter(({ isRegistered }) => isRegistered)
    .map(({ broker }): ClusterChange => ({ kind: "broker", broker: { ...broker, status: "live" } }));
  const brokerEpochLast =
    Math.max(0, ...reports.flatMap(({ broker, brokerEpochMax }) => [broker.brokerEpoch, brokerEpochMax])) + REBUILD_EPOCH_GAP;
  const producerIdNext = Math.max(0, ...reports.map(({ producerIdEnd }) => producerIdEnd)) + REBUILD_PRODUCER_BLOCKS * PRODUCER_ID_BLOCK;
  return [{ kind: "cluster", identity: { clusterId, brokerEpochLast } }, { kind: "producer-ids", producerIdNext }, ...brokers, ...topics];
}

/** Brokers that hold replicas and have not reported. */
export function brokersAwaited(reports: readonly ClusterKnowledge[]): readonly BrokerId[] {
  const reported = new Set(reports.map(({ broker }) => broker.brokerId));
  const holders = newestTopics(reports).flatMap(({ partitions }) => partitions.flatMap(({ replicas }) => replicas));
  return [...new Set(holders)].filter((id) => !reported.has(id)).sort((a, b) => a - b);
}

/**
 * Whether every partition with several replicas has enough reports: a record that was committed is on min.insync.replicas of n disks, so n - m + 1 reports with a whole log
 * contain it. Fewer would lose it silently. A single replica that has not reported loses nothing: nobody else may lead.
 */
export function canRebuild(reports: readonly ClusterKnowledge[]): boolean {
  const byBroker = reportsByBroker(reports);
  return newestTopics(reports).every((topic) => {
    return topic.partitions.every((partition) => {
      const { length: count } = partition.replicas;
      if (count === 1) return true;
      const reported = partition.replicas.flatMap((id) => byBroker.get(id) ?? []);
      const whole = reported.filter((report) => logOf(report, partition)?.isSuspect === false && !isEmptied(partition, report));
      return reported.length === count || whole.length >= count - minInSync(topic, count) + 1;
    });
  });
}

type Reports = ReadonlyMap<BrokerId, ClusterKnowledge>;

function reportsByBroker(reports: readonly ClusterKnowledge[]): Reports {
  return new Map(reports.map((report) => [report.broker.brokerId, report]));
}

/** How brokers know a partition, each way once: most know it alike, and share what they know. */
function viewsOf(newest: PartitionState, known: readonly (readonly PartitionState[] | undefined)[]): readonly PartitionState[] {
  const views = [newest];
  for (const partitions of known) {
    const view = partitions?.[newest.partition];
    if (view !== undefined && view !== newest) views.push(view);
  }
  return views;
}

function newestTopics(reports: readonly ClusterKnowledge[]): readonly TopicDescription[] {
  const [newest] = [...reports].sort((a, b) => b.metadataVersion - a.metadataVersion);
  return [...(newest?.topics.values() ?? [])];
}

function rebuildPartition(newest: PartitionState, views: readonly PartitionState[], byBroker: Reports): PartitionState {
  const logs = newest.replicas.flatMap((id) => {
    const report = byBroker.get(id);
    const log = report === undefined ? undefined : logOf(report, newest);
    return report === undefined || log === undefined ? [] : [{ report, log }];
  });
  const epochSeen = Math.max(newest.leaderEpoch, ...views.map((view) => view.leaderEpoch), ...logs.map(({ log }) => log.lastEpoch));
  // Whom this partition's former leaders left behind is not known for sure: nobody is eligible, and what was emptied proves nothing.
  const { eligible: _, emptied = [], ...known } = newest;
  const after = {
    ...known,
    leaderEpoch: leaderEpoch(epochSeen + REBUILD_EPOCH_GAP),
    partitionEpoch: partitionEpoch(Math.max(newest.partitionEpoch, ...views.map((view) => view.partitionEpoch)) + REBUILD_EPOCH_GAP),
  };
  const live = logs.find(({ report, log }) => report.isRegistered && log.leads && log.lastEpoch === epochSeen);
  const ledBy = (leader: BrokerId | undefined, inSyncSet: readonly BrokerId[]): PartitionState => {
    const left = emptied.filter((id) => !inSyncSet.includes(id));
    return { ...after, leader, inSyncSet, ...(left.length > 0 ? { emptied: left } : {}) };
  };
  if (live !== undefined) return ledBy(live.report.broker.brokerId, inSyncOf(live.report, newest, byBroker));
  const [best] = logs.filter(({ report }) => !isEmptied(newest, report)).sort((a, b) => compareLogs(a.log, b.log));
  // Nobody has a log of it: as far as is known, it was never written to.
  if (best === undefined) return ledBy(undefined, newest.inSyncSet);
  const { brokerId } = best.report.broker;
  return ledBy(best.report.isRegistered ? brokerId : undefined, [brokerId]);
}

/** It lost its log, and was not in sync since. */
function isEmptied({ emptied = [] }: PartitionState, { broker }: ClusterKnowledge): boolean {
  return emptied.includes(broker.brokerId);
}

/**
 * The set that a live leader waits for, by its own account: whatever else was granted, it has acknowledged nothing without these. Members that are gone, or that live
 * anew, leave as when they are fenced.
 */
function inSyncOf(leader: ClusterKnowledge, partition: PartitionState, byBroker: Reports): readonly BrokerId[] {
  const own = viewOf(leader, partition)?.inSyncSet ?? [];
  return partition.replicas.filter((id) => {
    if (id === leader.broker.brokerId) return true;
    return own.includes(id) && byBroker.get(id)?.isRegistered === true;
  });
}

/** Whole logs first, then the greatest last epoch, then the greatest end. */
function compareLogs(a: KnownLog, b: KnownLog): number {
  return Number(a.isSuspect) - Number(b.isSuspect) || b.lastEpoch - a.lastEpoch || b.logEndOffset - a.logEndOffset;
}

function viewOf(report: ClusterKnowledge, { topicId, partition }: PartitionState): PartitionState | undefined {
  return report.topics.get(topicId)?.partitions[partition];
}

function logOf(report: ClusterKnowledge, partition: PartitionState): KnownLog | undefined {
  return report.logs.get(logKey(partition));
}
