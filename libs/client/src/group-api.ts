import type { AppError, TopicPartition } from "@millrace/model";

/** What a consumer asks its group for: topics by name, by pattern (RE2, whole names, resolved by the broker as topics come and go), or both. */
export interface Subscription {
  readonly topics?: readonly string[];
  readonly pattern?: string;
}

/**
 * What a group tells its member. Called within `poll` (or the iteration), never while the caller works on records, and waited for: partitions leave only when
 * `onRevoked` has ended. An error thrown here comes out of that `poll`; the rebalance goes on.
 */
export interface GroupListener {
  /** Offsets are known, nothing of them is read yet: `seek` starts them elsewhere. */
  onAssigned?(partitions: readonly TopicPartition[]): void | Promise<void>;
  /** The last moment to commit what was read of them. With auto-commit that has been done. */
  onRevoked?(partitions: readonly TopicPartition[]): void | Promise<void>;
  /** They are somebody else's already: the group had to go on without this member. Nothing can be committed any more. Absent: `onRevoked`. */
  onLost?(partitions: readonly TopicPartition[]): void | Promise<void>;
  /** An auto-commit, or one in the background, failed. The next one covers it. */
  onCommitFailed?(error: AppError): void;
}

/** The offset to read next, of one partition. */
export interface GroupOffset extends TopicPartition {
  readonly offset: number;
  /** Kept beside it, at most 4,096 bytes. */
  readonly metadata?: string;
  /** Leader epoch of the record before it; absent: not known. */
  readonly leaderEpoch?: number | undefined;
}

/** Who commits: with it a transaction's offsets are refused when the member was replaced meanwhile. */
export interface GroupIdentity {
  readonly groupId: string;
  readonly memberId?: string;
  readonly memberEpoch?: number;
  readonly instanceId?: string;
}

export interface CommittedOffset extends TopicPartition {
  readonly offset: number;
  readonly metadata: string;
  readonly leaderEpoch?: number | undefined;
}

export interface GroupListing {
  readonly groupId: string;
  readonly protocolType: string;
  readonly state: string;
  readonly type: string;
}

export interface GroupMemberDescription {
  readonly memberId: string;
  readonly instanceId: string;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rackId: string;
  /** -1: a classic member. */
  readonly memberEpoch: number;
  readonly state: string;
  readonly subscribedTopics: readonly string[];
  readonly subscribedTopicRegex: string;
  readonly assigned: readonly TopicPartition[];
  readonly target: readonly TopicPartition[];
}

export interface GroupDetails {
  readonly groupId: string;
  /** "classic" or "consumer" (KIP-848). */
  readonly type: string;
  readonly state: string;
  readonly protocolType: string;
  readonly assignor: string;
  readonly groupEpoch: number;
  readonly coordinatorBrokerId: number;
  readonly members: readonly GroupMemberDescription[];
}
