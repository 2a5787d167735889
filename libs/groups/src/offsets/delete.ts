import { type TopicPartition, topicPartitionKey } from "@millrace/model";
import { subscribedTopics } from "../classic/protocols.ts";
import { subscribedTopicsOf } from "../consumer/subscription.ts";
import { type CoordinatorState, isKnownGroup } from "../coordinator-state.ts";
import { groupErrors } from "../errors.ts";
import type { DeleteOffsetsRequest } from "../event.ts";
import type { PartitionResult } from "../response.ts";
import type { GroupRecord } from "../store.ts";
import type { Turn } from "../turn.ts";

/** Deletes offsets of partitions that no live member reads (86). Answered when the tombstones are in the log. */
export function deleteOffsets(turn: Turn, request: DeleteOffsetsRequest): void {
  const { correlation, group } = request;
  if (!isKnownGroup(turn.state, group)) return turn.refuse(correlation, groupErrors.unknownGroup({ group }));
  const inUse = topicsInUse(turn.state, group);
  if (inUse === "unknown") return turn.refuse(correlation, groupErrors.groupNotEmpty({ group }));
  const isInUse = ({ topic }: TopicPartition): boolean => inUse.has(topic);
  const partitions = request.partitions.map(({ topic, partition }): PartitionResult => ({
    topic,
    partition,
    error: isInUse({ topic, partition }) ? groupErrors.subscribedToTopic({ group, topic }) : undefined,
  }));
  const records = request.partitions
    .filter((each) => !isInUse(each))
    .map(({ topic, partition }) => offsetTombstone(group, topic, partition));
  const response = { kind: "offsetsDeleted", partitions } as const;
  if (records.length === 0) return turn.answer(correlation, response);
  turn.append({
    records,
    onCommitted: (later) => later.answer(correlation, response),
    onFailed: (later, error) => later.refuse(correlation, error),
  });
}

/** Topics are gone: offsets of theirs must not be found by topics of the same name. */
export function deleteOffsetsOfTopics(turn: Turn, topics: readonly string[]): void {
  const gone = new Set(topics);
  appendTombstones(
    turn,
    tombstonesWhere(turn.state, (topic) => gone.has(topic)),
  );
}

/** Topics may have gone while nobody coordinated here, or while this broker was down: the same, for all that are not among the cluster's topics. */
export function deleteOffsetsOfUnknownTopics(turn: Turn): void {
  const { topics } = turn.state;
  // Without any topic nothing is known: the group log itself is one.
  if (topics.size > 0)
    appendTombstones(
      turn,
      tombstonesWhere(turn.state, (topic) => !topics.has(topic)),
    );
}

/** For every offset of such a topic that is in the log, of an open transaction, or on its way into the log. */
function tombstonesWhere({ store, appends }: CoordinatorState, isGone: (topic: string) => boolean): GroupRecord[] {
  const tombstones: GroupRecord[] = [];
  const add = (group: string, offsets: Iterable<TopicPartition>): void => {
    for (const { topic, partition } of offsets) if (isGone(topic)) tombstones.push(offsetTombstone(group, topic, partition));
  };
  for (const [group, offsets] of store.offsets) add(group, offsets.values());
  for (const groups of store.pending.values()) for (const [group, offsets] of groups) add(group, offsets.values());
  for (const { records } of appends.values())
    for (const record of records) if (record.kind === "offset" && record.value !== undefined) add(record.group, [record]);
  return tombstones;
}

/** Nobody waits for them: what does not get into the log now will be found again. */
export function appendTombstones(turn: Turn, records: readonly GroupRecord[]): void {
  if (records.length > 0) turn.append({ records, onCommitted: () => undefined, onFailed: () => undefined });
}

export function offsetTombstone(group: string, topic: string, partition: number): GroupRecord {
  return { kind: "offset", group, topic, partition, value: undefined };
}

/** Every offset that the log knows of a group, those of open transactions too. */
export function tombstonesOfOffsets(state: CoordinatorState, group: string): GroupRecord[] {
  const all = new Map<string, TopicPartition>(state.store.offsets.get(group));
  for (const groups of state.store.pending.values()) for (const [key, each] of groups.get(group) ?? []) all.set(key, each);
  for (const { records } of state.appends.values()) {
    for (const record of records)
      if (record.kind === "offset" && record.group === group) all.set(topicPartitionKey(record.topic, record.partition), record);
  }
  return [...all.values()].map(({ topic, partition }) => offsetTombstone(group, topic, partition));
}

function topicsInUse(state: CoordinatorState, name: string): ReadonlySet<string> | "unknown" {
  const consumer = state.consumer.get(name);
  if (consumer !== undefined && consumer.members.size > 0) return subscribedTopicsOf(consumer);
  const group = state.classic.get(name);
  if (group === undefined || group.members.size === 0) return new Set();
  return (group.protocolType === "consumer" ? subscribedTopics(group) : undefined) ?? "unknown";
}
