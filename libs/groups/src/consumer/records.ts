/** Partitions by topic: topic → partition numbers, ascending. */
export type Assignment = ReadonlyMap<string, readonly number[]>;

/**
 * STABLE: has what the target gives it, as of its epoch. UNREVOKED: stays in its epoch until it owns nothing of `revoking` any more. UNRELEASED: in the target
 * epoch, but some of its partitions are still with others.
 */
export type ConsumerMemberState = "STABLE" | "UNREVOKED_PARTITIONS" | "UNRELEASED_PARTITIONS";

/** A member of a KIP-848 group as the log keeps it: one record per member, so that a heartbeat never writes the whole group. */
export interface StoredConsumerMember {
  readonly memberId: string;
  readonly instanceId: string | undefined;
  readonly rackId: string | undefined;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  readonly topics: readonly string[];
  readonly topicRegex: string | undefined;
  readonly assignor: string | undefined;
  readonly state: ConsumerMemberState;
  /** -2: a static member that left for a while. */
  readonly epoch: number;
  readonly previousEpoch: number;
  readonly assigned: Assignment;
  /** Still with the member, on the way out. */
  readonly revoking: Assignment;
  /** What the assignor gave it at the group's target epoch. */
  readonly target: Assignment;
}

export interface StoredConsumerGroup {
  readonly epoch: number;
  readonly members: Map<string, StoredConsumerMember>;
}

export interface ConsumerGroupRecord {
  readonly kind: "consumerGroup";
  readonly group: string;
  readonly epoch: number | undefined;
}

export interface ConsumerMemberRecord {
  readonly kind: "consumerMember";
  readonly group: string;
  readonly memberId: string;
  readonly member: StoredConsumerMember | undefined;
}

export function applyConsumerGroup(groups: Map<string, StoredConsumerGroup>, record: ConsumerGroupRecord): void {
  const members = groups.get(record.group)?.members ?? new Map<string, StoredConsumerMember>();
  if (record.epoch === undefined) groups.delete(record.group);
  else groups.set(record.group, { epoch: record.epoch, members });
}

/** A member of a group that is gone is nothing: its tombstone may come late. */
export function applyConsumerMember(groups: Map<string, StoredConsumerGroup>, record: ConsumerMemberRecord): void {
  const { group, memberId, member } = record;
  let stored = groups.get(group);
  if (stored === undefined) {
    if (member === undefined) return;
    stored = { epoch: 0, members: new Map() }; // compaction keeps the last record of a key: the group's own may stand behind
    groups.set(group, stored);
  }
  if (member === undefined) stored.members.delete(memberId);
  else stored.members.set(memberId, member);
}
