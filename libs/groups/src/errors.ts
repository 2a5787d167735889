import { AppError, type ErrorKind } from "@millrace/model";

type Context = Readonly<Record<string, string | number | boolean | undefined>>;
type Make = (context?: Context, cause?: unknown) => AppError;

const numbers = new Map<string, number>();

function define(error: { readonly kind: ErrorKind; readonly code: string; readonly kafkaCode: number; readonly message: string }): Make {
  const { kafkaCode, ...init } = error;
  numbers.set(init.code, kafkaCode);
  return (context = {}, cause?: unknown) => new AppError({ ...init, context, cause });
}

/** Refusals of the group coordinator. The number is Kafka's code, for the edge (`kafkaCodeOfGroupError`). */
export const groupErrors = {
  invalidGroupId: define({ kind: "invalid", code: "invalid-group-id", kafkaCode: 24, message: "group id must have 1 to 1,024 characters" }),
  unknownMember: define({
    kind: "fenced",
    code: "unknown-member-id",
    kafkaCode: 25,
    message: "the group has no such member: join it again with an empty member id",
  }),
  illegalGeneration: define({
    kind: "fenced",
    code: "illegal-generation",
    kafkaCode: 22,
    message: "the member is of another generation of the group: join it again",
  }),
  rebalanceInProgress: define({
    kind: "retry",
    code: "rebalance-in-progress",
    kafkaCode: 27,
    message: "the group is rebalancing: join it again with the same member id",
  }),
  inconsistentProtocol: define({
    kind: "invalid",
    code: "inconsistent-group-protocol",
    kafkaCode: 23,
    message: "the member shares no assignment protocol with the group: give all members one strategy in common",
  }),
  invalidSessionTimeout: define({
    kind: "invalid",
    code: "invalid-session-timeout",
    kafkaCode: 26,
    message: "session.timeout.ms must be 6,000 to 1,800,000",
  }),
  memberIdRequired: define({
    kind: "retry",
    code: "member-id-required",
    kafkaCode: 79,
    message: "join again with the member id of this answer",
  }),
  groupFull: define({
    kind: "exhausted",
    code: "group-max-size-reached",
    kafkaCode: 81,
    message: "the group has as many members as it may: stop some, or use several groups",
  }),
  tooManyGroups: define({
    kind: "exhausted",
    code: "too-many-groups",
    kafkaCode: 81,
    message: "this coordinator holds as many groups as it may: delete groups that are not used any more",
  }),
  fencedInstance: define({
    kind: "fenced",
    code: "fenced-instance-id",
    kafkaCode: 82,
    message: "another member has this group.instance.id: give each instance its own, and stop this one",
  }),
  coordinatorNotAvailable: define({
    kind: "unavailable",
    code: "coordinator-not-available",
    kafkaCode: 15,
    message: "the coordinator of the group cannot store changes at present: try again soon",
  }),
  notCoordinator: define({
    kind: "retry",
    code: "not-coordinator",
    kafkaCode: 16,
    message: "the group is served by another broker: look for its coordinator again",
  }),
  coordinatorLoading: define({
    kind: "retry",
    code: "coordinator-load-in-progress",
    kafkaCode: 14,
    message: "the coordinator is still reading its log: try again soon",
  }),
  metadataTooLarge: define({
    kind: "invalid",
    code: "offset-metadata-too-large",
    kafkaCode: 12,
    message: "metadata of a committed offset must be at most 4,096 bytes",
  }),
  tooManyOffsets: define({
    kind: "exhausted",
    code: "too-many-offsets",
    kafkaCode: 12,
    message: "a group keeps at most 100,000 offsets: delete those of topics it does not read",
  }),
  unstableOffset: define({
    kind: "retry",
    code: "unstable-offset-commit",
    kafkaCode: 88,
    message: "a transaction that commits this offset is still open: try again soon",
  }),
  groupNotEmpty: define({
    kind: "conflict",
    code: "non-empty-group",
    kafkaCode: 68,
    message: "the group has live members: stop them first",
  }),
  unknownGroup: define({ kind: "not-found", code: "group-id-not-found", kafkaCode: 69, message: "there is no such group" }),
  subscribedToTopic: define({
    kind: "conflict",
    code: "group-subscribed-to-topic",
    kafkaCode: 86,
    message: "a live member subscribes to the topic: unsubscribe or stop it first",
  }),
  invalidRequest: define({
    kind: "invalid",
    code: "invalid-group-request",
    kafkaCode: 42,
    message: "the request is not as the protocol wants it",
  }),
  fencedMemberEpoch: define({
    kind: "fenced",
    code: "fenced-member-epoch",
    kafkaCode: 110,
    message: "the member's epoch is not the group's: give up all partitions and join again with epoch 0",
  }),
  instanceInUse: define({
    kind: "conflict",
    code: "unreleased-instance-id",
    kafkaCode: 111,
    message: "a live member has this instance id: stop it first, or wait for its session to end",
  }),
  unsupportedAssignor: define({
    kind: "invalid",
    code: "unsupported-assignor",
    kafkaCode: 112,
    message: "the assignor must be uniform or range",
  }),
  staleMemberEpoch: define({
    kind: "retry",
    code: "stale-member-epoch",
    kafkaCode: 113,
    message: "the member's epoch has moved on: take the new one from the next heartbeat and try again",
  }),
  invalidRegex: define({
    kind: "invalid",
    code: "invalid-regular-expression",
    kafkaCode: 128,
    message: "the topic pattern is not a regular expression that is understood here",
  }),
  corruptRecord: define({
    kind: "corrupt",
    code: "corrupt-group-record",
    kafkaCode: -1,
    message: "record of the group log cannot be read",
  }),
} as const satisfies Readonly<Record<string, Make>>;

/** Kafka's error code of an error raised here; undefined for one that came from elsewhere (an append that failed). */
export function kafkaCodeOfGroupError(error: AppError): number | undefined {
  return numbers.get(error.code);
}
