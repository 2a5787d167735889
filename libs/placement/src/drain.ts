import { type BrokerId, leaderEpoch, partitionEpoch, type PartitionState, type TopicDescription } from "@millrace/model";
import { ChangedPartitions } from "./changed-partitions.ts";
import { betterLeader } from "./elections.ts";
import { minInSync } from "./eligible.ts";
import { errors } from "./errors.ts";
import type { Decision, PlacementContext } from "./events.ts";
import { targetOf } from "./reassignments.ts";
import { ReplicaLoads } from "./replica-loads.ts";
import { isSettled } from "./settle.ts";
import { type BrokerState, canLead, type ClusterState, placeableBrokers } from "./state.ts";

type MovesDecision = Decision<{ readonly kind: "moves"; readonly partitions: number }>;

/**
 * Every replica of the broker goes to another one, leaders at once where another replica is in sync. Refused as a whole where a partition would be left with fewer
 * replicas than it has, since the next failure could then take it below `min.insync.replicas`: nothing is half drained.
 */
export function drainBroker(state: ClusterState, id: BrokerId, { came }: PlacementContext): MovesDecision {
  const known = state.brokers.get(id);
  if (known === undefined) throw errors.unknownBroker(id);
  const broker: BrokerState = { ...known, isDraining: true };
  const others = placeableBrokers(state).filter((other) => other.brokerId !== id);
  const loads = new ReplicaLoads(state, others);
  const drained: ClusterState = { ...state, brokers: new Map(state.brokers).set(id, broker) };
  const changed = new ChangedPartitions(state);
  let partitions = 0;
  for (const topic of state.topics.values()) {
    for (const partition of topic.partitions) {
      const moved = movedOff(state, partition, { id, topic, loads });
      if (moved === undefined) continue;
      partitions++;
      const leader = isSettled(topic, partition, came) ? betterLeader(drained, moved) : undefined;
      changed.put(leader === undefined ? moved : { ...moved, leader, leaderEpoch: leaderEpoch(moved.leaderEpoch + 1) });
    }
  }
  const isNew = known.isDraining !== true;
  return {
    changes: [...(isNew ? [{ kind: "broker" as const, broker }] : []), ...changed.changes()],
    response: { kind: "moves", partitions },
  };
}

/** The partition with another broker in place of this one; undefined: it is not to be there anyway. */
function movedOff(
  state: ClusterState,
  partition: PartitionState,
  of: { id: BrokerId; topic: TopicDescription; loads: ReplicaLoads },
): PartitionState | undefined {
  const target = targetOf(partition);
  if (!target.includes(of.id)) return undefined;
  const rest = target.filter((other) => other !== of.id);
  const where = { topic: of.topic.name, partition: partition.partition };
  const replacement = of.loads.place(rest);
  if (replacement === undefined) {
    const needed = minInSync(of.topic, target.length);
    throw errors.cannotDrain(
      `no other live broker can take a replica of this partition: it would be left with ${rest.length} of ${target.length} (min.insync.replicas ${needed}); add a broker first`,
      { ...where, replicas: target.length, minInsyncReplicas: needed, brokers: of.loads.brokerCount },
    );
  }
  const sources = partition.inSyncSet.filter((other) => canLead(state, other));
  if (sources.length === 0)
    throw errors.cannotDrain("no in-sync replica of this partition is on a live broker, so that nobody can give its records away", where);
  return moved(partition, { from: of.id, to: replacement });
}

/**
 * The broker takes part again, and gets its share: replicas come from where most are, until it has as many as the others have on average. A move never takes a
 * partition's last replica out of a rack that the new one is not in.
 */
export function addBroker(state: ClusterState, id: BrokerId): MovesDecision {
  const known = state.brokers.get(id);
  if (known === undefined) throw errors.unknownBroker(id);
  if (known.status !== "live") throw errors.brokerAway(id);
  const { isDraining, ...broker } = known;
  const brokers = [broker, ...placeableBrokers(state).filter((other) => other.brokerId !== id)];
  const loads = new ReplicaLoads(state, brokers);
  const changed = new ChangedPartitions(state);
  let partitions = 0;
  // What was on its way away stays.
  for (const partition of partitionsByNeed(state)) {
    const { reassignment } = partition;
    if (isDraining !== true || reassignment?.original.includes(id) !== true || reassignment.target.includes(id)) continue;
    changed.put({ ...partition, reassignment: { ...reassignment, target: reassignment.original }, partitionEpoch: epochAfter(partition) });
    for (const other of reassignment.target) if (!reassignment.original.includes(other)) loads.move(other, id);
    partitions++;
  }
  // First from those above the average; then, where racks allow no other, from whoever has more.
  for (const isGiver of [above(() => loads.average), above(() => loads.replicas(id) + 1)]) {
    for (const partition of partitionsByNeed(state)) {
      if (loads.replicas(id) >= loads.average) break;
      if (changed.partition(partition.topicId, partition.partition) !== partition) continue;
      const from = giver(state, partition, { id, loads, isGiver });
      if (from === undefined) continue;
      loads.move(from, id);
      changed.put(moved(partition, { from, to: id }));
      partitions++;
    }
  }
  return {
    changes: [...(isDraining === true ? [{ kind: "broker" as const, broker }] : []), ...changed.changes()],
    response: { kind: "moves", partitions },
  };
}

function above(limit: () => number): (replicas: number) => boolean {
  return (replicas) => replicas > limit();
}

/** Partitions in turn of all topics, so that a topic's load is spread as well as the cluster's. */
function* partitionsByNeed(state: ClusterState): Generator<PartitionState, void, undefined> {
  const topics = [...state.topics.values()];
  const most = Math.max(0, ...topics.map(({ partitions }) => partitions.length));
  for (let index = 0; index < most; index++) {
    for (const { partitions } of topics) {
      const partition = partitions[index];
      if (partition !== undefined) yield partition;
    }
  }
}

/** The replica that goes to the broker: one of the most loaded, by whose leaving no rack is lost. */
function giver(
  state: ClusterState,
  partition: PartitionState,
  { id, loads, isGiver }: { id: BrokerId; loads: ReplicaLoads; isGiver: (replicas: number) => boolean },
): BrokerId | undefined {
  const target = targetOf(partition);
  if (partition.reassignment !== undefined || target.includes(id) || partition.leader === undefined) return undefined;
  const rackOf = (broker: BrokerId): string => state.brokers.get(broker)?.rack ?? "";
  const racks = (of: readonly BrokerId[]): number => new Set(of.map(rackOf)).size;
  const fitting = target.filter(
    (from) => isGiver(loads.replicas(from)) && racks(target.map((other) => (other === from ? id : other))) >= racks(target),
  );
  return fitting.sort((a, b) => loads.replicas(b) - loads.replicas(a))[0];
}

function moved(partition: PartitionState, { from, to }: { from: BrokerId; to: BrokerId }): PartitionState {
  const original = partition.reassignment?.original ?? partition.replicas;
  const target = targetOf(partition).map((id) => (id === from ? to : id));
  return { ...partition, reassignment: { original, target }, partitionEpoch: epochAfter(partition) };
}

function epochAfter(partition: PartitionState): PartitionState["partitionEpoch"] {
  return partitionEpoch(partition.partitionEpoch + 1);
}
