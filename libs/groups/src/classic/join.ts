import { type AppError, timestampMs } from "@millrace/model";
import { refusalOfNewGroup } from "../coordinator-state.ts";
import { groupErrors } from "../errors.ts";
import type { Correlation, JoinRequest } from "../event.ts";
import {
  ID_LENGTH_MAX,
  NEW_MEMBER_JOIN_TIMEOUT_MS,
  PROTOCOL_BYTES_PER_MEMBER_MAX,
  PROTOCOLS_PER_MEMBER_MAX,
  REBALANCE_TIMEOUT_MS_MAX,
} from "../limits.ts";
import type { GroupSettings } from "../settings.ts";
import type { Turn } from "../turn.ts";
import { type ClassicGroup, createClassicGroup, joinedResponse, type Member, memberOf, NO_ASSIGNMENT, refusalOfMember } from "./group.ts";
import { isSameProtocols, supportsProtocols } from "./protocols.ts";
import { afterRemoval, maybeCompleteJoin, prepareRebalance, removeMember } from "./rebalance.ts";
import { extendTo, touch } from "./session.ts";
import { rejoinStatic } from "./static-rejoin.ts";

/** A member wants into the next generation. Answered when that generation is complete, or at once if the one it is in will do. */
export function join(turn: Turn, request: JoinRequest): void {
  const refusal = refusalOfJoin(turn.state.settings, request) ?? refusalOfNewGroup(turn.state, request.group);
  if (refusal !== undefined) return turn.refuse(request.correlation, refusal);
  const { classic } = turn.state;
  const known = classic.get(request.group);
  const context = { group: request.group, memberId: request.memberId };
  if (known === undefined && request.memberId !== "") return turn.refuse(request.correlation, groupErrors.unknownMember(context));
  const group = known ?? createClassicGroup(request.group, turn.now);
  if (group.state === "Dead") return turn.refuse(request.correlation, groupErrors.coordinatorNotAvailable(context));
  if (!convertConsumerGroup(turn, request.group))
    return turn.refuse(request.correlation, groupErrors.inconsistentProtocol({ ...context, type: "consumer" }));
  if (!hasRoom(turn, group, request)) return;
  if (!supportsProtocols(group, request.protocolType, request.protocols))
    return turn.refuse(request.correlation, groupErrors.inconsistentProtocol(context));
  classic.set(request.group, group);
  if (request.memberId === "") joinNew(turn, group, request);
  else joinKnown(turn, group, request);
}

/** An empty KIP-848 group of the name becomes a classic one. False if it has members. */
function convertConsumerGroup(turn: Turn, group: string): boolean {
  const consumer = turn.state.consumer.get(group);
  if (consumer === undefined) return true;
  if (consumer.members.size > 0 || consumer.appendsOut > 0) return false;
  turn.state.consumer.delete(group);
  turn.append({ records: [{ kind: "consumerGroup", group, epoch: undefined }], onCommitted: () => undefined, onFailed: () => undefined });
  return true;
}

function refusalOfJoin(settings: GroupSettings, request: JoinRequest): AppError | undefined {
  const { group, sessionTimeoutMs, protocols, instanceId } = request;
  if (group === "") return groupErrors.invalidGroupId({});
  if (sessionTimeoutMs < settings.sessionTimeoutMsMin || sessionTimeoutMs > settings.sessionTimeoutMsMax) {
    return groupErrors.invalidSessionTimeout({ group, sessionTimeoutMs });
  }
  const bytes = protocols.reduce((sum, { name, metadata }) => sum + name.length + metadata.length, 0);
  if (protocols.length > PROTOCOLS_PER_MEMBER_MAX || bytes > PROTOCOL_BYTES_PER_MEMBER_MAX) {
    return groupErrors.invalidRequest({ group, protocols: protocols.length, bytes });
  }
  if ((instanceId ?? "").length > ID_LENGTH_MAX || request.protocolType.length > ID_LENGTH_MAX)
    return groupErrors.invalidRequest({ group, idLengthMax: ID_LENGTH_MAX });
  return undefined;
}

/** Over the size (81): who waits already stays. In a rebalance only those who wait count, so that a limit that was lowered takes hold. */
function hasRoom(turn: Turn, group: ClassicGroup, request: JoinRequest): boolean {
  const { groupSizeMax } = turn.state.settings;
  const member = group.members.get(request.memberId);
  const isReturning = request.instanceId !== undefined && group.instances.has(request.instanceId);
  const waiting = [...group.members.values()].filter(({ joining }) => joining !== undefined).length;
  const counted = group.state === "PreparingRebalance" ? waiting : group.members.size;
  const keepsPlace = group.state === "PreparingRebalance" ? member?.joining !== undefined : member !== undefined || isReturning;
  if (
    group.state === "Empty"
      ? group.pending.size < groupSizeMax || group.pending.has(request.memberId)
      : keepsPlace || counted < groupSizeMax
  )
    return true;
  if (member !== undefined) {
    removeMember(turn, group, member);
    afterRemoval(turn, group);
  }
  turn.refuse(request.correlation, groupErrors.groupFull({ group: group.group, groupSizeMax }));
  return false;
}

function joinNew(turn: Turn, group: ClassicGroup, request: JoinRequest): void {
  const { instanceId, freshId } = request;
  if (instanceId !== undefined) {
    const owner = group.instances.get(instanceId);
    const memberId = `${instanceId}-${freshId}`;
    return owner === undefined
      ? addMember(turn, group, request, memberId)
      : rejoinStatic(turn, group, { request, before: memberOf(group, owner), memberId });
  }
  const memberId = `${request.clientId.slice(0, ID_LENGTH_MAX)}-${freshId}`;
  if (!request.requiresKnownMemberId) return addMember(turn, group, request, memberId);
  if (group.pending.size >= turn.state.settings.groupSizeMax)
    return turn.refuse(request.correlation, groupErrors.groupFull({ group: group.group }));
  group.pending.add(memberId);
  turn.setTimer({ kind: "pending", group: group.group, memberId }, request.sessionTimeoutMs);
  turn.answer(request.correlation, { kind: "refused", error: groupErrors.memberIdRequired({ group: group.group }), memberId });
}

function joinKnown(turn: Turn, group: ClassicGroup, request: JoinRequest): void {
  const { memberId, correlation } = request;
  if (group.pending.has(memberId) && request.instanceId === undefined) {
    group.pending.delete(memberId);
    turn.cancelTimer({ kind: "pending", group: group.group, memberId });
    return addMember(turn, group, request, memberId);
  }
  const refusal = refusalOfMember(group, request);
  if (refusal !== undefined) return turn.refuse(correlation, refusal);
  const member = memberOf(group, memberId);
  const isSame = isSameProtocols(member.protocols, request.protocols);
  const isLeader = group.leaderId === memberId;
  if (isSame && (group.state === "CompletingRebalance" || (group.state === "Stable" && !isLeader))) {
    touch(turn, group, member); // its answer was lost; or it asks for nothing new. A leader that asks has seen something that we cannot
    return turn.answer(correlation, joinedResponse(group, member));
  }
  update(member, request);
  touch(turn, group, member);
  if (group.state !== "PreparingRebalance") prepareRebalance(turn, group);
  park(turn, group, member, correlation);
}

/** Lets the member wait for the generation. A call of the same member that still waits was given up by it. */
export function park(turn: Turn, group: ClassicGroup, member: Member, correlation: Correlation): void {
  if (member.joining !== undefined)
    turn.refuse(member.joining, groupErrors.rebalanceInProgress({ group: group.group, memberId: member.memberId }));
  member.joining = correlation;
  maybeCompleteJoin(turn, group);
}

/** A member as its request says. */
export function memberOfRequest(turn: Turn, request: JoinRequest, memberId: string): Member {
  const { instanceId, clientId, clientHost, sessionTimeoutMs, protocols } = request;
  return {
    memberId,
    instanceId,
    clientId: clientId.slice(0, ID_LENGTH_MAX),
    clientHost,
    sessionTimeoutMs,
    rebalanceTimeoutMs: rebalanceTimeoutOf(request),
    protocols,
    assignment: NO_ASSIGNMENT,
    isNew: true,
    expiresAtMs: turn.now,
    timerAtMs: timestampMs(0),
    joining: undefined,
    syncing: undefined,
    mustSync: false,
  };
}

function addMember(turn: Turn, group: ClassicGroup, request: JoinRequest, memberId: string): void {
  const member = memberOfRequest(turn, request, memberId);
  if (group.members.size === 0) group.protocolType = request.protocolType;
  group.members.set(memberId, member);
  if (member.instanceId !== undefined) group.instances.set(member.instanceId, memberId);
  group.leaderId ??= memberId;
  extendTo(turn, group, member, NEW_MEMBER_JOIN_TIMEOUT_MS);
  if (group.state === "PreparingRebalance") group.memberAdded = true;
  else prepareRebalance(turn, group);
  park(turn, group, member, request.correlation);
}

function update(member: Member, request: JoinRequest): void {
  member.clientId = request.clientId.slice(0, ID_LENGTH_MAX);
  member.clientHost = request.clientHost;
  member.sessionTimeoutMs = request.sessionTimeoutMs;
  member.rebalanceTimeoutMs = rebalanceTimeoutOf(request);
  member.protocols = request.protocols;
}

function rebalanceTimeoutOf({ rebalanceTimeoutMs }: JoinRequest): number {
  return Math.min(Math.max(rebalanceTimeoutMs, 0), REBALANCE_TIMEOUT_MS_MAX);
}
