import type { AppError } from "@millrace/model";
import type { CoordinatorState } from "../coordinator-state.ts";
import { groupErrors } from "../errors.ts";
import type { ConsumerHeartbeatRequest } from "../event.ts";
import { ID_LENGTH_MAX, TOPICS_PER_SUBSCRIPTION_MAX } from "../limits.ts";
import { isNothing, isSubset } from "./assignment.ts";
import { AWAY, type ConsumerGroup } from "./group.ts";
import type { StoredConsumerMember } from "./records.ts";
import { ASSIGNORS } from "./target.ts";

/** May a member with this epoch commit or fetch offsets? 25, and 113 for an epoch that is not the member's. */
export function refusalOfConsumerEpoch(group: ConsumerGroup, memberId: string, epoch: number): AppError | undefined {
  const context = { group: group.group, memberId, epoch };
  const member = group.members.get(memberId);
  if (member === undefined) return groupErrors.unknownMember(context);
  return epoch === member.epoch ? undefined : groupErrors.staleMemberEpoch({ ...context, current: member.epoch });
}

/** 110 for an epoch that is not the member's, but for the one before with nothing but what it has: then only our answer was lost. */
export function refusalOfEpoch(
  group: string,
  member: StoredConsumerMember,
  { memberEpoch, owned }: ConsumerHeartbeatRequest,
): AppError | undefined {
  if (memberEpoch === member.epoch) return undefined;
  if (memberEpoch < member.epoch && memberEpoch === member.previousEpoch && owned !== undefined && isSubset(owned, member.assigned))
    return undefined;
  return groupErrors.fencedMemberEpoch({ group, memberId: member.memberId, memberEpoch, current: member.epoch });
}

/** What can be said of a heartbeat without knowing the group: 42, 112, 128. */
export function refusalOfForm(state: CoordinatorState, request: ConsumerHeartbeatRequest): AppError | undefined {
  const { group, memberId, memberEpoch, instanceId, topics, topicRegex, assignor } = request;
  const context = { group, memberId, memberEpoch };
  const isTooLong = [memberId, instanceId ?? "", request.rackId ?? "", topicRegex ?? ""].some(({ length }) => length > ID_LENGTH_MAX);
  const isNameless =
    group === "" || (memberId === "" && memberEpoch !== 0) || (memberEpoch === AWAY && instanceId === undefined) || memberEpoch < AWAY;
  const hasTooManyTopics = (topics?.length ?? 0) > TOPICS_PER_SUBSCRIPTION_MAX;
  if (isTooLong || isNameless || hasTooManyTopics || (memberEpoch === 0 && !isJoinComplete(request)))
    return groupErrors.invalidRequest(context);
  if (assignor !== undefined && !ASSIGNORS.has(assignor)) return groupErrors.unsupportedAssignor({ ...context, assignor });
  if (topicRegex !== undefined && topicRegex !== "" && state.ports.compilePattern(topicRegex) === undefined)
    return groupErrors.invalidRegex({ ...context, topicRegex });
  return undefined;
}

function isJoinComplete({ rebalanceTimeoutMs, topics, topicRegex, owned }: ConsumerHeartbeatRequest): boolean {
  return (rebalanceTimeoutMs ?? 0) > 0 && (topics ?? topicRegex) !== undefined && owned !== undefined && isNothing(owned);
}
