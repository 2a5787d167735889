export type { Assignment, ConsumerMemberState } from "./consumer/records.ts";
export {
  type CoordinatorState as GroupCoordinatorState,
  createCoordinatorState as createGroupCoordinatorState,
  type GroupPorts,
} from "./coordinator-state.ts";
export { groupErrors, kafkaCodeOfGroupError } from "./errors.ts";
export type {
  CommitRequest,
  ConsumerHeartbeatRequest,
  Correlation,
  DeleteOffsetsRequest,
  FetchOffsetsRequest,
  GroupEvent,
  GroupRequest,
  GroupsRequest,
  HeartbeatRequest,
  JoinRequest,
  LeaveRequest,
  ListGroupsRequest,
  MemberIdentity,
  OffsetToCommit,
  Protocol,
  SyncRequest,
  TransactionalCommitRequest,
} from "./event.ts";
export { type GroupFigures, groupFigures } from "./group-figures.ts";
export { handle as handleGroupEvent } from "./handle.ts";
export { partitionOfGroup } from "./partition-of-group.ts";
export { decodeGroupRecord, type EncodedRecord, encodeGroupRecord } from "./record-codec.ts";
export type {
  ClassicGroupState,
  ConsumerGroupState,
  DescribedConsumerGroup,
  DescribedConsumerMember,
  DescribedGroup,
  DescribedMember,
  FetchedOffset,
  GroupResponse,
  GroupType,
  JoinedMember,
  JoinedResponse,
  ListedGroup,
  PartitionResult,
} from "./response.ts";
export { GROUP_SETTINGS_DEFAULT, type GroupSettings } from "./settings.ts";
export type { GroupEffect, GroupStep } from "./step.ts";
export { applyMarker as applyGroupMarker, applyRecord as applyGroupRecord, type GroupRecord, type GroupStore } from "./store.ts";
export { type GroupTimer, timerKey } from "./timer.ts";
