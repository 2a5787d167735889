import {
  assertTopicName,
  CHECKPOINTS_TOPIC,
  GROUP_OFFSETS_TOPIC,
  isInternalTopic,
  PARTITIONS_PER_TOPIC_MAX,
  RESTORE_OF_CONFIG,
  resolveTopicConfig,
  SINK_MARKS_TOPIC,
  type TopicDescription,
  type TopicId,
  TRANSACTION_STATE_TOPIC,
} from "@millrace/model";
import { assertReplicable } from "./assert-replicable.ts";
import { errors } from "./errors.ts";
import type { CreatePartitions, CreateTopic, Decision, DeleteTopic, PlacementContext, ReplicaAssignments } from "./events.ts";
import { REPLICATION_FACTOR_MAX } from "./limits.ts";
import { newPartitions } from "./new-partitions.ts";
import { type ClusterState, placeableBrokers, topicByName } from "./state.ts";

type TopicDecision = Decision<{ readonly kind: "topic"; readonly topic: TopicDescription }>;

const KEEP_ALL = { "retention.ms": "-1", "retention.bytes": "-1" };

/** Workers write them: a machine whose clock is hours ahead of a broker's must not end a job. Nobody reads these timestamps. */
const ANY_TIMESTAMP = { "message.timestamp.after.max.ms": String(Number.MAX_SAFE_INTEGER) };

/** The coordinator moves their start up as jobs need less; small segments, so that files follow. */
const TRIMMED = { ...KEEP_ALL, ...ANY_TIMESTAMP, "segment.bytes": String(64 * 1024 * 1024) };

/** What coordinators read when they start: small segments, so that little of it is not compacted yet. */
const COMPACTED = { ...KEEP_ALL, "cleanup.policy": "compact", "segment.bytes": String(16 * 1024 * 1024) };

/** Settings of the topics that the cluster makes for itself, on first use. */
export const INTERNAL_TOPICS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [TRANSACTION_STATE_TOPIC]: COMPACTED,
  [GROUP_OFFSETS_TOPIC]: COMPACTED,
  [SINK_MARKS_TOPIC]: TRIMMED,
  [CHECKPOINTS_TOPIC]: TRIMMED,
};

/** Makes a topic: name and settings checked, replicas spread over live brokers, leaders elected at once. */
export function createTopic(state: ClusterState, event: CreateTopic, context: PlacementContext): TopicDecision {
  assertTopicName(event.name);
  if (event.name in INTERNAL_TOPICS) return internalTopic(state, event, context);
  if (isInternalTopic(event.name)) throw errors.internalTopic(event.name);
  const existing = topicByName(state, event.name);
  if (existing !== undefined) {
    if (event.ifNotExists) return { changes: [], response: { kind: "topic", topic: existing } };
    throw errors.topicExists(event.name);
  }
  assertNoCollision(state, event.name);
  return makeTopic(state, { name: event.name, internal: false, configs: event.configs, ...sizeOf(event, context) }, context);
}

/** Topics of jobs are restored as they were: a job finds its partition by their number. */
const RESTORABLE: readonly string[] = [SINK_MARKS_TOPIC, CHECKPOINTS_TOPIC];

function internalTopic(state: ClusterState, event: CreateTopic, context: PlacementContext): TopicDecision {
  const { name, partitions, configs } = event;
  const restoreOf = configs[RESTORE_OF_CONFIG];
  if (restoreOf === undefined || !RESTORABLE.includes(name)) return ensureInternalTopic(state, name, context);
  if (topicByName(state, name) !== undefined) throw errors.topicExists(name);
  const ownConfigs = { ...INTERNAL_TOPICS[name], [RESTORE_OF_CONFIG]: restoreOf };
  return makeTopic(
    state,
    { name, internal: true, configs: ownConfigs, ...internalSize(state, context), ...(partitions > 0 ? { partitions } : {}) },
    context,
  );
}

/** With as many replicas as live brokers allow. */
function internalSize(
  state: ClusterState,
  { settings }: PlacementContext,
): Pick<TopicShape, "partitions" | "replicationFactor" | "assignments"> {
  const { internalTopicPartitions: partitions, internalTopicReplicas } = settings;
  const replicationFactor = Math.max(1, Math.min(internalTopicReplicas, placeableBrokers(state).length));
  return { partitions, replicationFactor, assignments: undefined };
}

/** Counts that were asked for, the cluster's defaults for those that were not, or what the given assignments say. */
function sizeOf(event: CreateTopic, { settings }: PlacementContext): Pick<TopicShape, "partitions" | "replicationFactor" | "assignments"> {
  const { assignments } = event;
  if (assignments !== undefined) {
    if (event.partitions !== 0 || event.replicationFactor !== 0) throw errors.countsBesideAssignments(event.name);
    return { partitions: assignments.length, replicationFactor: assignments[0]?.length ?? 0, assignments };
  }
  return {
    partitions: event.partitions === 0 ? settings.partitionsDefault : event.partitions,
    replicationFactor: event.replicationFactor === 0 ? settings.replicationFactorDefault : event.replicationFactor,
    assignments,
  };
}

/** Names that differ in `.` and `_` only would be one in the names of metrics: refused, as Kafka does. */
function assertNoCollision(state: ClusterState, name: string): void {
  const normalized = name.replaceAll(".", "_");
  if (!normalized.includes("_")) return; // nothing in it could differ
  for (const other of state.topics.values())
    if (other.name.replaceAll(".", "_") === normalized) throw errors.collidingTopicName(name, other.name);
}

/** The internal topic of this name; made if it is not there. */
export function ensureInternalTopic(state: ClusterState, name: string, context: PlacementContext): TopicDecision {
  const configs = INTERNAL_TOPICS[name];
  if (configs === undefined) throw errors.internalTopic(name);
  const existing = topicByName(state, name);
  if (existing !== undefined) return { changes: [], response: { kind: "topic", topic: existing } };
  return makeTopic(state, { name, internal: true, configs, ...internalSize(state, context) }, context);
}

/** Deletes the topic of this name; with an id only that incarnation of it. */
export function deleteTopic(state: ClusterState, { name, topicId }: Omit<DeleteTopic, "kind">): Decision<{ readonly kind: "none" }> {
  if (isInternalTopic(name)) throw errors.internalTopic(name);
  const topic = topicByName(state, name);
  if (topic === undefined) throw errors.unknownTopic(name);
  if (topicId !== undefined && topicId !== topic.topicId) throw errors.unknownTopicId(name, topicId);
  return { changes: [{ kind: "topic-removed", topicId: topic.topicId }], response: { kind: "none" } };
}

/** Adds partitions to a topic, spread as those of a new one: keys that were hashed over the former number go elsewhere from now on, as in Kafka. */
export function createPartitions(state: ClusterState, event: CreatePartitions): TopicDecision {
  const { name, totalCount } = event;
  if (isInternalTopic(name)) throw errors.internalTopicPartitions(name);
  const topic = topicByName(state, name);
  if (topic === undefined) throw errors.unknownTopic(name);
  const existing = topic.partitions.length;
  if (!isCount(totalCount, PARTITIONS_PER_TOPIC_MAX)) throw errors.invalidPartitions(totalCount, PARTITIONS_PER_TOPIC_MAX);
  if (totalCount <= existing) throw errors.notMorePartitions(name, existing, totalCount);
  const replicationFactor = topic.partitions[0]?.replicas.length ?? 1;
  const added = totalCount - existing;
  if (event.assignments !== undefined && event.assignments.length !== added)
    throw errors.otherNumberOfAssignments(name, { added, assignments: event.assignments.length });
  const fresh = newPartitions(state, topic, { first: existing, count: added, replicationFactor, assignments: event.assignments });
  const grown: TopicDescription = { ...topic, partitions: [...topic.partitions, ...fresh] };
  return { changes: [{ kind: "topic", topic: grown }], response: { kind: "topic", topic: grown } };
}

interface TopicShape {
  readonly name: string;
  readonly internal: boolean;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly assignments: ReplicaAssignments | undefined;
  readonly configs: Readonly<Record<string, string>>;
}

function makeTopic(state: ClusterState, shape: TopicShape, context: PlacementContext): TopicDecision {
  const { partitions, replicationFactor } = shape;
  if (!isCount(partitions, PARTITIONS_PER_TOPIC_MAX)) throw errors.invalidPartitions(partitions, PARTITIONS_PER_TOPIC_MAX);
  if (!isCount(replicationFactor, REPLICATION_FACTOR_MAX)) throw errors.invalidReplicationFactor(replicationFactor, REPLICATION_FACTOR_MAX);
  assertReplicable(resolveTopicConfig(shape.configs), replicationFactor);
  const topicId = context.random.hex(16) as TopicId;
  const topic: TopicDescription = {
    topicId,
    name: shape.name,
    internal: shape.internal,
    configOverrides: shape.configs,
    partitions: newPartitions(
      state,
      { topicId, name: shape.name },
      { first: 0, count: partitions, replicationFactor, assignments: shape.assignments },
    ),
  };
  return { changes: [{ kind: "topic", topic }], response: { kind: "topic", topic } };
}

function isCount(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= max;
}
