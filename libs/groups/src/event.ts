import type { AppError, LeaderEpoch, Offset, ProducerEpoch, ProducerId, TimestampMs, TopicId, TopicPartition } from "@millrace/model";
import type { Assignment } from "./consumer/records.ts";
import type { GroupTimer } from "./timer.ts";

/** Names a request until its answer: the node gives a fresh one to each. Every request is answered exactly once. */
export type Correlation = number;

interface Request {
  readonly correlation: Correlation;
  readonly now: TimestampMs;
}

/** Who asks: member id "" and generation -1 for a client that only keeps offsets here. */
export interface MemberIdentity {
  readonly memberId: string;
  readonly instanceId: string | undefined;
}

export interface Protocol {
  readonly name: string;
  readonly metadata: Uint8Array;
}

export interface JoinRequest extends Request, MemberIdentity {
  readonly kind: "join";
  readonly group: string;
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  /** v0 has none: give the session timeout. */
  readonly rebalanceTimeoutMs: number;
  readonly protocolType: string;
  readonly protocols: readonly Protocol[];
  /** v4+: a new dynamic member is first told its id (79). */
  readonly requiresKnownMemberId: boolean;
  /** v9+: a static leader that comes back is told to skip the assignment. */
  readonly supportsSkipAssignment: boolean;
  /** A random UUID, used if the member is new: randomness comes with the event. */
  readonly freshId: string;
}

export interface SyncRequest extends Request, MemberIdentity {
  readonly kind: "sync";
  readonly group: string;
  readonly generation: number;
  readonly protocolType: string | undefined;
  readonly protocolName: string | undefined;
  /** Of the leader only. */
  readonly assignments: readonly { readonly memberId: string; readonly assignment: Uint8Array }[];
}

export interface HeartbeatRequest extends Request, MemberIdentity {
  readonly kind: "heartbeat";
  readonly group: string;
  readonly generation: number;
}

export interface LeaveRequest extends Request {
  readonly kind: "leave";
  readonly group: string;
  readonly members: readonly MemberIdentity[];
}

export interface OffsetToCommit extends TopicPartition {
  readonly offset: Offset;
  readonly leaderEpoch: LeaderEpoch;
  /** null counts as "". */
  readonly metadata: string | null;
  /** The topic's incarnation; undefined: not known to whoever commits. */
  readonly topicId?: TopicId | undefined;
}

interface CommitFields extends Request, MemberIdentity {
  readonly group: string;
  /** Generation, or the member epoch of a KIP-848 member; -1: none. */
  readonly generation: number;
  readonly offsets: readonly OffsetToCommit[];
}

export interface CommitRequest extends CommitFields {
  readonly kind: "commitOffsets";
}

export interface TransactionalCommitRequest extends CommitFields {
  readonly kind: "commitTransactionalOffsets";
  readonly producerId: ProducerId;
  readonly producerEpoch: ProducerEpoch;
}

export interface FetchOffsetsRequest extends Request {
  readonly kind: "fetchOffsets";
  readonly group: string;
  /** undefined: all that are committed. */
  readonly partitions: readonly TopicPartition[] | undefined;
  readonly requireStable: boolean;
  /** v9+ of a KIP-848 member. */
  readonly member: { readonly memberId: string; readonly epoch: number } | undefined;
}

export interface DeleteOffsetsRequest extends Request {
  readonly kind: "deleteOffsets";
  readonly group: string;
  readonly partitions: readonly TopicPartition[];
}

export interface GroupsRequest extends Request {
  readonly kind: "deleteGroups" | "describeGroups" | "describeConsumerGroups";
  readonly groups: readonly string[];
}

export interface ListGroupsRequest extends Request {
  readonly kind: "listGroups";
  /** Names in any case; empty: all. */
  readonly states: readonly string[];
  readonly types: readonly string[];
}

export interface ConsumerHeartbeatRequest extends Request {
  readonly kind: "consumerHeartbeat";
  readonly group: string;
  /** v0: "" on the first call; then `freshId` is taken. */
  readonly memberId: string;
  readonly freshId: string;
  /** 0 joins, -1 leaves, -2 leaves for a while (static). */
  readonly memberEpoch: number;
  readonly instanceId: string | undefined;
  readonly rackId: string | undefined;
  readonly clientId: string;
  readonly clientHost: string;
  /** undefined here and below: unchanged since the last one. */
  readonly rebalanceTimeoutMs: number | undefined;
  readonly topics: readonly string[] | undefined;
  readonly topicRegex: string | undefined;
  readonly assignor: string | undefined;
  /** What the member owns now. */
  readonly owned: Assignment | undefined;
}

/** What clients and administrators ask. */
export type GroupRequest =
  | JoinRequest
  | SyncRequest
  | HeartbeatRequest
  | LeaveRequest
  | CommitRequest
  | TransactionalCommitRequest
  | FetchOffsetsRequest
  | DeleteOffsetsRequest
  | GroupsRequest
  | ListGroupsRequest
  | ConsumerHeartbeatRequest;

/** What happens to the coordinator. Each event carries the time. */
export type GroupEvent =
  | GroupRequest
  /** A marker of a transaction that has records in this log was committed. */
  | { readonly kind: "transactionEnded"; readonly producerId: ProducerId; readonly committed: boolean; readonly now: TimestampMs }
  /** An append of an earlier step is committed, or will never be. */
  | { readonly kind: "appended"; readonly appendId: number; readonly now: TimestampMs }
  | { readonly kind: "appendFailed"; readonly appendId: number; readonly error: AppError; readonly now: TimestampMs }
  | { readonly kind: "timer"; readonly timer: GroupTimer; readonly now: TimestampMs }
  /** The broker leads this log now, all of it has been applied: sessions begin anew. */
  | { readonly kind: "opened"; readonly now: TimestampMs }
  /** Another broker leads the log: whoever waits is sent there. */
  | { readonly kind: "closed"; readonly now: TimestampMs }
  /** Topics and their partition counts, whole: KIP-848 groups assign them. */
  | { readonly kind: "topicsChanged"; readonly topics: ReadonlyMap<string, number>; readonly now: TimestampMs }
  /** Offsets of topics that are gone must not be found by topics of the same name. */
  | { readonly kind: "topicsDeleted"; readonly topics: readonly string[]; readonly now: TimestampMs };
