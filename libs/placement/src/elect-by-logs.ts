import {
  type BrokerId,
  isInternalTopic,
  partitionEpoch,
  type PartitionState,
  resolveTopicConfig,
  type TopicDescription,
} from "@millrace/model";
import { ChangedPartitions } from "./changed-partitions.ts";
import { leadAlone } from "./elect.ts";
import { minInSync, settledReplicaCount } from "./eligible.ts";
import type { Decision, ElectByLogs, LogEnd, PlacementContext } from "./events.ts";
import { isSettled } from "./settle.ts";
import { canLead, type ClusterState } from "./state.ts";

export interface LeaderlessPartition {
  readonly topic: TopicDescription;
  readonly state: PartitionState;
  /** Brokers whose logs can be asked for now. */
  readonly live: readonly BrokerId[];
}

/** Partitions that nobody leads, although a broker with a replica is live. */
export function* leaderless(state: ClusterState): Generator<LeaderlessPartition, void, undefined> {
  for (const topicId of state.leaderlessTopics) {
    const topic = state.topics.get(topicId);
    for (const partition of topic?.partitions ?? []) {
      const live = partition.replicas.filter((id) => canLead(state, id));
      if (topic !== undefined && partition.leader === undefined && live.length > 0) yield { topic, state: partition, live };
    }
  }
}

/**
 * The last resort of an election (reliability R13): in sync and eligible replicas are gone or in doubt, so that the logs themselves are compared. What was acknowledged is
 * on `min.insync.replicas` (m) of n disks, so it is in n - m + 1 logs that lost nothing, and the greatest (last leader epoch, end) of them has it. Where a topic asks
 * for unclean elections, any log will do once the wait is over.
 */
export function electByLogs(
  state: ClusterState,
  event: ElectByLogs,
  { came }: PlacementContext,
): Decision<{ readonly kind: "elected"; readonly partitions: readonly PartitionState[] }> {
  const changed = new ChangedPartitions(state);
  const elected: PartitionState[] = [];
  const logsByPartition = Map.groupBy(event.logs, ({ topicId, partition }) => `${topicId}/${partition}`);
  for (const { topic, state: partition, live } of leaderless(state)) {
    if (!isSettled(topic, partition, came)) continue;
    const logs = logsByPartition.get(`${partition.topicId}/${partition.partition}`) ?? [];
    const best = longestLog(partition, live, logs);
    if (best === undefined || !mayLead(topic, partition, { live, logs, isWaitOver: event.isWaitOver })) continue;
    const after = { ...leadAlone(topic, partition, best.brokerId), partitionEpoch: partitionEpoch(partition.partitionEpoch + 1) };
    changed.put(after);
    elected.push(after);
  }
  return { changes: changed.changes(), response: { kind: "elected", partitions: elected } };
}

function mayLead(
  topic: TopicDescription,
  partition: PartitionState,
  { live, logs, isWaitOver }: { readonly live: readonly BrokerId[]; readonly logs: readonly LogEnd[]; readonly isWaitOver: boolean },
): boolean {
  const { replicas, emptied = [] } = partition;
  const known = logsOf(partition, live, logs).filter(({ brokerId }) => !emptied.includes(brokerId));
  if (known.length === replicas.length) return true;
  const isEverybodyHere = live.length === replicas.length;
  if (!isWaitOver && !isEverybodyHere) return false;
  return mayHaveAll(topic, partition, known) || (isWaitOver && resolveTopicConfig(topic.configOverrides).uncleanLeaderElection);
}

/** Whether logs that were not emptied hold whatever was acknowledged. Of a topic that is synced in the background, one that was cut proves nothing. */
export function mayHaveAll(topic: TopicDescription, partition: PartitionState, logs: readonly { readonly isSuspect: boolean }[]): boolean {
  const isSynced = isInternalTopic(topic.name) || resolveTopicConfig(topic.configOverrides).flush === "ack";
  const whole = logs.filter(({ isSuspect }) => isSynced || !isSuspect);
  return whole.length >= partition.replicas.length - minInSync(topic, settledReplicaCount(partition)) + 1;
}

/** The log with the greatest (last leader epoch, end) of these brokers; one that was emptied only where there is no other. */
export function longestLog(partition: PartitionState, brokers: readonly BrokerId[], logs: readonly LogEnd[]): LogEnd | undefined {
  const { emptied = [] } = partition;
  const [longest] = logsOf(partition, brokers, logs).sort(
    (a, b) =>
      Number(emptied.includes(a.brokerId)) - Number(emptied.includes(b.brokerId)) ||
      b.lastEpoch - a.lastEpoch ||
      b.logEndOffset - a.logEndOffset,
  );
  return longest;
}

function logsOf({ topicId, partition }: PartitionState, brokers: readonly BrokerId[], logs: readonly LogEnd[]): LogEnd[] {
  return logs.filter((log) => log.topicId === topicId && log.partition === partition && brokers.includes(log.brokerId));
}
