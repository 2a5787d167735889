import { type BrokerId, leaderEpoch, partitionEpoch, type PartitionState, type TopicDescription } from "@millrace/model";
import { ChangedPartitions } from "./changed-partitions.ts";
import { leadAlone } from "./elect.ts";
import { longestLog } from "./elect-by-logs.ts";
import { errors } from "./errors.ts";
import type { Decision, ElectLeaders, LogEnd, PartitionOutcome, PlacementContext } from "./events.ts";
import { LEADERS_MOVED_AT_ONCE } from "./limits.ts";
import { isSettled } from "./settle.ts";
import { canLead, type ClusterState, topicByName } from "./state.ts";

/**
 * Elections that somebody asks for, as Kafka's: `preferred` makes the first replica lead where it is in sync; `unclean` makes the live replica with the most
 * records lead where nobody does, also where too few have come since the take-over (decision 0017), and what only the others have is lost. Each partition is answered by itself; of all, only those for which there is something to do.
 */
export function electLeaders(
  state: ClusterState,
  event: ElectLeaders,
  context: PlacementContext,
): Decision<{ readonly kind: "outcomes"; readonly outcomes: readonly PartitionOutcome[] }> {
  const changed = new ChangedPartitions(state);
  const outcomes: PartitionOutcome[] = [];
  for (const { name, partition, topic } of askedFor(state, event)) {
    const before = topic === undefined ? undefined : changed.partition(topic.topicId, partition);
    if (topic === undefined || before === undefined) {
      outcomes.push({ topic: name, partition, error: errors.unknownPartition(name, partition) });
      continue;
    }
    const result =
      event.election === "preferred"
        ? preferred(state, before, { topic, context })
        : unclean(state, before, { topic, logs: event.logs ?? [] });
    if ("error" in result) {
      if (event.partitions === undefined && result.error.code === "election-not-needed") continue;
      outcomes.push({ topic: name, partition, error: result.error });
    } else {
      changed.put(result);
      outcomes.push({ topic: name, partition, error: undefined });
    }
  }
  return { changes: changed.changes(), response: { kind: "outcomes", outcomes } };
}

type Elected = PartitionState | { readonly error: ReturnType<typeof errors.electionNotNeeded> };

function preferred(
  state: ClusterState,
  partition: PartitionState,
  { topic: description, context }: { topic: TopicDescription; context: PlacementContext },
): Elected {
  const { name: topic } = description;
  const [first] = partition.replicas;
  if (first === undefined || partition.leader === first) return { error: errors.electionNotNeeded(topic, partition.partition) };
  if (!partition.inSyncSet.includes(first) || !canLead(state, first))
    return { error: errors.preferredLeaderNotAvailable({ topic, partition: partition.partition, preferred: first }) };
  if (!isSettled(description, partition, context.came)) return { error: errors.tooFewCame(topic, partition.partition) };
  return ledBy(partition, first);
}

/** Of live replicas the one with the most records; of those whose log is not known, the first. */
function unclean(
  state: ClusterState,
  partition: PartitionState,
  { topic, logs }: { topic: TopicDescription; logs: readonly LogEnd[] },
): Elected {
  if (partition.leader !== undefined) return { error: errors.electionNotNeeded(topic.name, partition.partition) };
  const live = partition.replicas.filter((id) => canLead(state, id));
  const leader = longestLog(partition, live, logs)?.brokerId ?? live[0];
  if (leader === undefined) return { error: errors.eligibleLeadersNotAvailable(topic.name, partition.partition) };
  return { ...leadAlone(topic, partition, leader), partitionEpoch: partitionEpoch(partition.partitionEpoch + 1) };
}

function* askedFor(
  state: ClusterState,
  { partitions }: ElectLeaders,
): Generator<{ name: string; partition: number; topic: TopicDescription | undefined }, void, undefined> {
  if (partitions === undefined) {
    for (const topic of state.topics.values()) for (const { partition } of topic.partitions) yield { name: topic.name, partition, topic };
  } else for (const { topic, partition } of partitions) yield { name: topic, partition, topic: topicByName(state, topic) };
}

/**
 * Leads each partition by its first replica again, where that one is live and in sync: after restarts all leaders would be elsewhere. One that is being drained
 * leads nothing that another can. Moves a bounded number at once; asked regularly, the rest follows.
 */
export function preferLeaders(state: ClusterState, { came }: PlacementContext): Decision<{ readonly kind: "none" }> {
  const changed = new ChangedPartitions(state);
  let left = LEADERS_MOVED_AT_ONCE;
  for (const topic of state.topics.values()) {
    for (const partition of topic.partitions) {
      const better = left > 0 ? betterLeader(state, partition) : undefined;
      if (better === undefined || !isSettled(topic, partition, came)) continue;
      left--;
      changed.put(ledBy(partition, better));
    }
  }
  return { changes: changed.changes(), response: { kind: "none" } };
}

/** Who should lead instead; undefined: nobody. */
export function betterLeader(state: ClusterState, partition: PartitionState): BrokerId | undefined {
  const { leader, replicas, inSyncSet } = partition;
  if (leader === undefined) return undefined;
  const isDrained = (id: BrokerId): boolean => state.brokers.get(id)?.isDraining === true;
  const mayLead = (id: BrokerId): boolean => inSyncSet.includes(id) && canLead(state, id) && !isDrained(id);
  const [first] = replicas;
  if (first !== undefined && mayLead(first)) return first === leader ? undefined : first;
  return isDrained(leader) ? replicas.find(mayLead) : undefined;
}

function ledBy(partition: PartitionState, leader: BrokerId): PartitionState {
  return {
    ...partition,
    leader,
    leaderEpoch: leaderEpoch(partition.leaderEpoch + 1),
    partitionEpoch: partitionEpoch(partition.partitionEpoch + 1),
  };
}
