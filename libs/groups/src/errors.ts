import { AppError, type ErrorKind } from "@millrace/model";

type Context = Readonly<Record<string, string | number | boolean | undefined>>;
type Make = (context?: Context, cause?: unknown) => AppError;

const numbers = new Map<string, number>();

function define(kind: ErrorKind, code: string, kafkaCode: number, message: string): Make {
  numbers.set(code, kafkaCode);
  return (context = {}, cause?: unknown) => new AppError({ kind, code, message, context, cause });
}

/** Refusals of the group coordinator. The number is Kafka's code, for the edge (`kafkaCodeOfGroupError`). */
export const groupErrors = {
  invalidGroupId: define("invalid", "invalid-group-id", 24, "group id must have 1 to 1,024 characters"),
  unknownMember: define("fenced", "unknown-member-id", 25, "the group has no such member: join it again with an empty member id"),
  illegalGeneration: define("fenced", "illegal-generation", 22, "the member is of another generation of the group: join it again"),
  rebalanceInProgress: define("retry", "rebalance-in-progress", 27, "the group is rebalancing: join it again with the same member id"),
  inconsistentProtocol: define("invalid", "inconsistent-group-protocol", 23, "the member shares no assignment protocol with the group: give all members one strategy in common"),
  invalidSessionTimeout: define("invalid", "invalid-session-timeout", 26, "session.timeout.ms must be 6,000 to 1,800,000"),
  memberIdRequired: define("retry", "member-id-required", 79, "join again with the member id of this answer"),
  groupFull: define("exhausted", "group-max-size-reached", 81, "the group has as many members as it may: stop some, or use several groups"),
  tooManyGroups: define("exhausted", "too-many-groups", 81, "this coordinator holds as many groups as it may: delete groups that are not used any more"),
  fencedInstance: define("fenced", "fenced-instance-id", 82, "another member has this group.instance.id: give each instance its own, and stop this one"),
  coordinatorNotAvailable: define("unavailable", "coordinator-not-available", 15, "the coordinator of the group cannot store changes at present: try again soon"),
  notCoordinator: define("retry", "not-coordinator", 16, "the group is served by another broker: look for its coordinator again"),
  coordinatorLoading: define("retry", "coordinator-load-in-progress", 14, "the coordinator is still reading its log: try again soon"),
  metadataTooLarge: define("invalid", "offset-metadata-too-large", 12, "metadata of a committed offset must be at most 4,096 bytes"),
  tooManyOffsets: define("exhausted", "too-many-offsets", 12, "a group keeps at most 100,000 offsets: delete those of topics it does not read"),
  unstableOffset: define("retry", "unstable-offset-commit", 88, "a transaction that commits this offset is still open: try again soon"),
  groupNotEmpty: define("conflict", "non-empty-group", 68, "the group has live members: stop them first"),
  unknownGroup: define("not-found", "group-id-not-found", 69, "there is no such group"),
  subscribedToTopic: define("conflict", "group-subscribed-to-topic", 86, "a live member subscribes to the topic: unsubscribe or stop it first"),
  producerFenced: define("fenced", "producer-fenced", 90, "a newer instance of this producer exists, or its transaction timed out: stop, or initialise again"),
  invalidRequest: define("invalid", "invalid-group-request", 42, "the request is not as the protocol wants it"),
  fencedMemberEpoch: define("fenced", "fenced-member-epoch", 110, "the member's epoch is not the group's: give up all partitions and join again with epoch 0"),
  instanceInUse: define("conflict", "unreleased-instance-id", 111, "a live member has this instance id: stop it first, or wait for its session to end"),
  unsupportedAssignor: define("invalid", "unsupported-assignor", 112, "the assignor must be uniform or range"),
  staleMemberEpoch: define("retry", "stale-member-epoch", 113, "the member's epoch has moved on: take the new one from the next heartbeat and try again"),
  invalidRegex: define("invalid", "invalid-regular-expression", 128, "the topic pattern is not a regular expression that is understood here"),
  corruptRecord: define("corrupt", "corrupt-group-record", -1, "record of the group log cannot be read"),
} as const satisfies Readonly<Record<string, Make>>;

/** Kafka's error code of an error raised here; undefined for one that came from elsewhere (an append that failed). */
export function kafkaCodeOfGroupError(error: AppError): number | undefined {
  return numbers.get(error.code);
}
