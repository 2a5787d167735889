import type { AppError, LeaderEpoch, Offset, TopicId, TopicPartition } from "@millrace/model";
import type { Assignment, ConsumerMemberState } from "./consumer/records.ts";
import type { MemberIdentity } from "./event.ts";

export type ClassicGroupState = "Empty" | "PreparingRebalance" | "CompletingRebalance" | "Stable" | "Dead";
export type ConsumerGroupState = "Empty" | "Assigning" | "Reconciling" | "Stable" | "Dead";
export type GroupType = "classic" | "consumer";

export interface JoinedMember extends MemberIdentity {
  readonly metadata: Uint8Array;
}

export interface JoinedResponse {
  readonly kind: "joined";
  readonly generation: number;
  readonly protocolType: string;
  readonly protocolName: string;
  readonly leaderId: string;
  readonly memberId: string;
  readonly skipAssignment: boolean;
  /** Of the leader only; the others get none. */
  readonly members: readonly JoinedMember[];
}

export interface PartitionResult extends TopicPartition {
  readonly error: AppError | undefined;
}

/** Offset -1 without an error: nothing is committed. */
export interface FetchedOffset extends PartitionResult {
  readonly offset: Offset;
  readonly leaderEpoch: LeaderEpoch;
  readonly metadata: string;
  /** The incarnation of the topic that it was committed of; undefined: not known. The edge, which knows the cluster's topics, drops those of topics that are gone. */
  readonly topicId?: TopicId | undefined;
}

export interface DescribedMember extends MemberIdentity {
  readonly clientId: string;
  readonly clientHost: string;
  readonly metadata: Uint8Array;
  readonly assignment: Uint8Array;
}

export interface DescribedGroup {
  readonly group: string;
  /** `group-id-not-found`: versions below 6 say state Dead without an error instead. */
  readonly error: AppError | undefined;
  readonly state: ClassicGroupState | ConsumerGroupState;
  readonly protocolType: string;
  readonly protocolName: string;
  readonly members: readonly DescribedMember[];
}

export interface ListedGroup {
  readonly group: string;
  readonly protocolType: string;
  readonly state: ClassicGroupState | ConsumerGroupState;
  readonly type: GroupType;
}

export interface DescribedConsumerMember extends MemberIdentity {
  readonly rackId: string | undefined;
  readonly clientId: string;
  readonly clientHost: string;
  readonly memberEpoch: number;
  readonly topics: readonly string[];
  readonly topicRegex: string | undefined;
  readonly state: ConsumerMemberState;
  readonly assigned: Assignment;
  readonly target: Assignment;
}

export interface DescribedConsumerGroup {
  readonly group: string;
  readonly error: AppError | undefined;
  readonly state: ConsumerGroupState;
  readonly groupEpoch: number;
  readonly assignmentEpoch: number;
  readonly assignor: string;
  readonly members: readonly DescribedConsumerMember[];
}

export type GroupResponse =
  /** `memberId` comes with `member-id-required` only. */
  | { readonly kind: "refused"; readonly error: AppError; readonly memberId?: string }
  | { readonly kind: "done" }
  | JoinedResponse
  | {
      readonly kind: "synced";
      readonly protocolType: string | undefined;
      readonly protocolName: string | undefined;
      readonly assignment: Uint8Array;
    }
  | { readonly kind: "left"; readonly members: readonly (MemberIdentity & { readonly error: AppError | undefined })[] }
  | { readonly kind: "offsetsCommitted" | "offsetsDeleted"; readonly partitions: readonly PartitionResult[] }
  | { readonly kind: "offsetsFetched"; readonly partitions: readonly FetchedOffset[] }
  | { readonly kind: "groupsDeleted"; readonly groups: readonly { readonly group: string; readonly error: AppError | undefined }[] }
  | { readonly kind: "groupsDescribed"; readonly groups: readonly DescribedGroup[] }
  | { readonly kind: "groupsListed"; readonly groups: readonly ListedGroup[] }
  | {
      readonly kind: "consumerHeartbeat";
      readonly memberId: string;
      readonly memberEpoch: number;
      readonly heartbeatIntervalMs: number;
      /** undefined: unchanged since the last answer. */
      readonly assignment: Assignment | undefined;
    }
  | { readonly kind: "consumerGroupsDescribed"; readonly groups: readonly DescribedConsumerGroup[] };
