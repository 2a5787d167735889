import {
  type BrokerId,
  isInternalTopic,
  leaderEpoch,
  partitionEpoch,
  type PartitionState,
  resolveTopicConfig,
  toAppError,
  type TopicDescription,
} from "@millrace/model";
import { assertBrokers } from "./given-replicas.ts";
import { assertReplicable } from "./assert-replicable.ts";
import { minInSync, withInSync } from "./eligible.ts";
import { errors } from "./errors.ts";
import type { Decision, PartitionOutcome, PartitionReassignment, PlacementContext, ReassignPartitions } from "./events.ts";
import { ChangedPartitions } from "./changed-partitions.ts";
import { isSettled } from "./settle.ts";
import { canLead, type ClusterState, topicByName } from "./state.ts";

type OutcomesDecision = Decision<{ readonly kind: "outcomes"; readonly outcomes: readonly PartitionOutcome[] }>;

/**
 * Moves of replicas are written down, each checked by itself (KIP-455). `advanceReassignments` begins and completes them. A move takes the place of one that is under
 * way; without a target that one is cancelled, and the partition is where it was.
 */
export function reassignPartitions(state: ClusterState, event: ReassignPartitions, { came }: PlacementContext): OutcomesDecision {
  const changed = new ChangedPartitions(state);
  const outcomes = event.reassignments.map((asked): PartitionOutcome => {
    const { topic: name, partition } = asked;
    try {
      const topic = topicByName(state, name);
      const before = topic === undefined ? undefined : changed.partition(topic.topicId, partition);
      if (topic === undefined || before === undefined) throw errors.unknownPartition(name, partition);
      if (!isSettled(topic, before, came)) throw errors.tooFewCame(name, partition);
      changed.put(asked.target === undefined ? cancelled(state, before, topic) : retargeted(state, before, { topic, asked, event }));
      return { topic: name, partition, error: undefined };
    } catch (error) {
      return { topic: name, partition, error: toAppError(error) };
    }
  });
  return { changes: changed.changes(), response: { kind: "outcomes", outcomes } };
}

function retargeted(
  state: ClusterState,
  before: PartitionState,
  of: { topic: TopicDescription; asked: PartitionReassignment; event: ReassignPartitions },
): PartitionState {
  const target = of.asked.target ?? [];
  const original = before.reassignment?.original ?? before.replicas;
  assertBrokers(state, target, of.asked);
  if (of.event.keepReplicationFactor && target.length !== original.length)
    throw errors.otherReplicationFactor(of.topic.name, original.length, target.length);
  if (!isInternalTopic(of.topic.name)) assertReplicable(resolveTopicConfig(of.topic.configOverrides), target.length);
  const kept = without(
    state,
    before,
    before.replicas.filter((id) => !original.includes(id) && !target.includes(id)),
    of.topic,
  );
  if (isSameList(target, kept.replicas) && isSameList(target, original)) return withoutReassignment(kept);
  return next({ ...kept, reassignment: { original, target } });
}

function cancelled(state: ClusterState, before: PartitionState, topic: TopicDescription): PartitionState {
  const { reassignment } = before;
  if (reassignment === undefined) throw errors.noReassignment(topic.name, before.partition);
  const { original } = reassignment;
  const kept = without(
    state,
    before,
    before.replicas.filter((id) => !original.includes(id)),
    topic,
  );
  return next(withoutReassignment({ ...kept, replicas: original }));
}

/** The partition without replicas that were being added; where only these are in sync, they are what there is. */
function without(state: ClusterState, partition: PartitionState, removed: readonly BrokerId[], topic: TopicDescription): PartitionState {
  if (removed.length === 0) return partition;
  const replicas = partition.replicas.filter((id) => !removed.includes(id));
  const inSyncSet = partition.inSyncSet.filter((id) => !removed.includes(id));
  if (inSyncSet.length === 0) throw errors.onlyAddedInSync(topic.name, partition.partition);
  return shrunkTo(topic, partition, { replicas, inSyncSet, isLive: (id) => canLead(state, id) });
}

/**
 * What is due of all moves: those that wait begin, as far as the brokers that get replicas are not busy with others; those whose new replicas are in sync complete.
 * Asked after each change, and from time to time.
 */
export function advanceReassignments(state: ClusterState, context: PlacementContext): Decision<{ readonly kind: "none" }> {
  const changed = new ChangedPartitions(state);
  const busy = new Map<BrokerId, number>();
  const waiting: PartitionState[] = [];
  for (const [topic, partition] of reassigning(state)) {
    const { reassignment } = partition;
    if (reassignment === undefined) continue;
    if (!isSettled(topic, partition, context.came)) continue;
    const after = completed(state, partition, { target: reassignment.target, topic });
    if (after !== undefined) changed.put(after);
    else if (!hasBegun(partition)) waiting.push(partition);
    else for (const id of catchingUp(partition)) busy.set(id, (busy.get(id) ?? 0) + 1);
  }
  for (const partition of waiting) {
    const target = partition.reassignment?.target ?? [];
    const added = target.filter((id) => !partition.replicas.includes(id));
    if (added.some((id) => (busy.get(id) ?? 0) >= context.settings.replicasAddedAtOnce)) continue;
    for (const id of added) busy.set(id, (busy.get(id) ?? 0) + 1);
    changed.put(next({ ...partition, replicas: [...target, ...partition.replicas.filter((id) => !target.includes(id))] }));
  }
  return { changes: changed.changes(), response: { kind: "none" } };
}

/** Every partition of which a replica is being moved, or waits for it. */
export function* reassigning(state: ClusterState): Generator<readonly [TopicDescription, PartitionState], void, undefined> {
  for (const topicId of state.reassigningTopics) {
    const topic = state.topics.get(topicId);
    for (const partition of topic?.partitions ?? [])
      if (topic !== undefined && partition.reassignment !== undefined) yield [topic, partition];
  }
}

/** All replicas that it is to have are among those that it has. */
export function hasBegun({ replicas, reassignment }: PartitionState): boolean {
  return reassignment?.target.every((id) => replicas.includes(id)) ?? false;
}

function catchingUp({ reassignment, inSyncSet }: PartitionState): readonly BrokerId[] {
  return reassignment?.target.filter((id) => !reassignment.original.includes(id) && !inSyncSet.includes(id)) ?? [];
}

/**
 * The partition with its new replicas only: when all that were added are in sync, as many as `min.insync.replicas` asks for remain (R20), and one of them can lead.
 * undefined: not yet.
 */
function completed(
  state: ClusterState,
  partition: PartitionState,
  { target, topic }: { target: readonly BrokerId[]; topic: TopicDescription },
): PartitionState | undefined {
  if (!hasBegun(partition) || catchingUp(partition).length > 0) return undefined;
  const inSyncSet = target.filter((id) => partition.inSyncSet.includes(id));
  if (inSyncSet.length < minInSync(topic, target.length)) return undefined;
  if (!inSyncSet.some((id) => id === partition.leader || canLead(state, id))) return undefined;
  const after = shrunkTo(topic, withoutReassignment(partition), { replicas: target, inSyncSet, isLive: (id) => canLead(state, id) });
  return next(after);
}

/**
 * Fewer replicas: always a new leader epoch, so that the leader forgets what it knew of followers. One that left, lost its log and was added again while the leader
 * heard of neither would otherwise count with the records that it had before.
 */
function shrunkTo(
  topic: TopicDescription,
  partition: PartitionState,
  to: { replicas: readonly BrokerId[]; inSyncSet: readonly BrokerId[]; isLive: (id: BrokerId) => boolean },
): PartitionState {
  const isFewer = partition.replicas.some((id) => !to.replicas.includes(id));
  const { leader } = partition;
  const stays = leader !== undefined && to.inSyncSet.includes(leader);
  const successor = stays ? leader : to.replicas.find((id) => to.inSyncSet.includes(id) && to.isLive(id));
  const epoch = isFewer && successor !== undefined ? leaderEpoch(partition.leaderEpoch + 1) : partition.leaderEpoch;
  const shrunk = withInSync(topic, { ...partition, replicas: to.replicas }, { inSyncSet: to.inSyncSet });
  return next({ ...shrunk, leader: successor, leaderEpoch: epoch });
}

function next(partition: PartitionState): PartitionState {
  return { ...partition, partitionEpoch: partitionEpoch(partition.partitionEpoch + 1) };
}

function withoutReassignment(partition: PartitionState): PartitionState {
  const { reassignment: _, ...rest } = partition;
  return rest;
}

function isSameList(a: readonly BrokerId[], b: readonly BrokerId[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}

/** The replicas that a partition is to have, whether a move to them is under way or not. */
export function targetOf({ replicas, reassignment }: PartitionState): readonly BrokerId[] {
  return reassignment?.target ?? replicas;
}
