import type { LeaderEpoch, Offset, ProducerId, TimestampMs, TopicId } from "@millrace/model";
import { topicPartitionKey } from "@millrace/model";
import type { ConsumerGroupRecord, ConsumerMemberRecord, StoredConsumerGroup } from "./consumer/records.ts";
import { applyConsumerGroup, applyConsumerMember } from "./consumer/records.ts";

/** A member as the log keeps it. */
export interface StoredMember {
  readonly memberId: string;
  readonly instanceId: string | undefined;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  /** Of the selected protocol only. */
  readonly metadata: Uint8Array;
  readonly assignment: Uint8Array;
}

/** A generation of a classic group as the log keeps it: who is in it and who got what. */
export interface GroupMetadata {
  readonly protocolType: string;
  readonly generation: number;
  readonly protocolName: string | undefined;
  readonly leaderId: string | undefined;
  /** When the group got into its state: for one without members, since when it is empty. */
  readonly stateSinceMs: TimestampMs;
  readonly members: readonly StoredMember[];
}

export interface OffsetCommitValue {
  readonly offset: Offset;
  readonly leaderEpoch: LeaderEpoch;
  readonly metadata: string;
  readonly committedAtMs: TimestampMs;
  /** The topic's incarnation: an offset says nothing of another topic of the same name. Records of earlier releases have none. */
  readonly topicId?: TopicId | undefined;
}

/** A committed offset. `sequence` is its place in the log: an offset of a transaction takes effect only where nothing newer was committed meanwhile. */
export interface CommittedOffset extends OffsetCommitValue {
  readonly topic: string;
  readonly partition: number;
  readonly sequence: number;
}

/** One record of the log; `undefined` is a tombstone. */
export type GroupRecord =
  | { readonly kind: "group"; readonly group: string; readonly metadata: GroupMetadata | undefined }
  | {
      readonly kind: "offset";
      readonly group: string;
      readonly topic: string;
      readonly partition: number;
      readonly value: OffsetCommitValue | undefined;
    }
  | ConsumerGroupRecord
  | ConsumerMemberRecord;

export type OffsetsByPartition = Map<string, CommittedOffset>;

/** What follows from the committed log of one partition, and nothing else. Changed by `applyRecord` and `applyMarker` only. */
export interface GroupStore {
  readonly groups: Map<string, GroupMetadata>;
  readonly consumerGroups: Map<string, StoredConsumerGroup>;
  /** By group, then by topic-partition. */
  readonly offsets: Map<string, OffsetsByPartition>;
  /** Offsets of open transactions: by producer, by group, by topic-partition. */
  readonly pending: Map<ProducerId, Map<string, OffsetsByPartition>>;
  sequence: number;
}

export function createGroupStore(): GroupStore {
  return { groups: new Map(), consumerGroups: new Map(), offsets: new Map(), pending: new Map(), sequence: 0 };
}

/** A record that is in the log takes effect; `producerId` is the transaction's that it belongs to. The same function serves replay. */
export function applyRecord(store: GroupStore, record: GroupRecord, producerId?: ProducerId): void {
  store.sequence++;
  switch (record.kind) {
    case "group":
      if (record.metadata === undefined) store.groups.delete(record.group);
      else store.groups.set(record.group, record.metadata);
      return;
    case "offset":
      return applyOffset(store, record, producerId);
    case "consumerGroup":
      return applyConsumerGroup(store.consumerGroups, record);
    case "consumerMember":
      return applyConsumerMember(store.consumerGroups, record);
  }
}

/** A transaction ended: its offsets take effect, or never will. */
export function applyMarker(store: GroupStore, producerId: ProducerId, committed: boolean): void {
  const groups = store.pending.get(producerId);
  if (groups === undefined) return;
  store.pending.delete(producerId);
  if (!committed) return;
  for (const [group, pending] of groups) {
    const offsets = offsetsOf(store, group);
    for (const [key, commit] of pending) {
      const newer = offsets.get(key);
      if (newer === undefined || newer.sequence < commit.sequence) offsets.set(key, commit);
    }
  }
}

/** True while a transaction holds an offset of this partition. */
export function hasPendingOffset(store: GroupStore, group: string, key: string): boolean {
  for (const groups of store.pending.values()) if (groups.get(group)?.has(key) === true) return true;
  return false;
}

/** True while any transaction holds an offset of this group. */
export function hasPendingOffsets(store: GroupStore, group: string): boolean {
  for (const groups of store.pending.values()) if (groups.has(group)) return true;
  return false;
}

function applyOffset(store: GroupStore, record: Extract<GroupRecord, { kind: "offset" }>, producerId: ProducerId | undefined): void {
  const { group, topic, partition, value } = record;
  const key = topicPartitionKey(topic, partition);
  if (value === undefined) return forgetOffset(store, group, key);
  const commit: CommittedOffset = { ...value, topic, partition, sequence: store.sequence };
  if (producerId === undefined) offsetsOf(store, group).set(key, commit);
  else pendingOf(store, producerId, group).set(key, commit);
}

/** A tombstone ends pending offsets too: a deleted group must not come back when a transaction commits. */
function forgetOffset(store: GroupStore, group: string, key: string): void {
  const offsets = store.offsets.get(group);
  offsets?.delete(key);
  if (offsets?.size === 0) store.offsets.delete(group);
  for (const [producerId, groups] of store.pending) {
    const pending = groups.get(group);
    pending?.delete(key);
    if (pending?.size === 0) groups.delete(group);
    if (groups.size === 0) store.pending.delete(producerId);
  }
}

function offsetsOf(store: GroupStore, group: string): OffsetsByPartition {
  return entryOf(store.offsets, group);
}

function pendingOf(store: GroupStore, producerId: ProducerId, group: string): OffsetsByPartition {
  return entryOf(entryOf<ProducerId, string, OffsetsByPartition>(store.pending, producerId), group);
}

/** The inner map of a key, made if there is none. */
function entryOf<K, L, V>(maps: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const known = maps.get(key);
  if (known !== undefined) return known;
  const made = new Map<L, V>();
  maps.set(key, made);
  return made;
}
