import { groupErrors } from "../errors.ts";
import type { JoinRequest } from "../event.ts";
import type { Turn } from "../turn.ts";
import { type ClassicGroup, joinedResponse, type Member, metadataOf } from "./group.ts";
import { memberOfRequest, park } from "./join.ts";
import { isSameSubscription } from "./protocols.ts";
import { prepareRebalance } from "./rebalance.ts";
import { extendTo, touch } from "./session.ts";

/** A static member came back without its member id: it takes a new one and the place of the old, whose calls are fenced from here on. */
export function rejoinStatic(
  turn: Turn,
  group: ClassicGroup,
  options: { readonly request: JoinRequest; readonly before: Member; readonly memberId: string },
): void {
  const { request, before, memberId } = options;
  const member: Member = { ...memberOfRequest(turn, request, memberId), assignment: before.assignment, isNew: false };
  replace(turn, group, before, member);
  if (group.state === "Stable" && isSameSubscription(group, before, member)) return keepGeneration(turn, group, options, member);
  if (group.state !== "PreparingRebalance") prepareRebalance(turn, group);
  park(turn, group, member, request.correlation);
}

function replace(turn: Turn, group: ClassicGroup, before: Member, after: Member): void {
  const error = groupErrors.fencedInstance({ group: group.group, memberId: before.memberId, instanceId: before.instanceId });
  for (const waiting of [before.joining, before.syncing]) if (waiting !== undefined) turn.refuse(waiting, error);
  turn.cancelTimer({ kind: "session", group: group.group, memberId: before.memberId });
  const members = [...group.members.values()].map((member) => (member === before ? after : member));
  group.members.clear(); // the same order as before: it decides who leads next
  for (const member of members) group.members.set(member.memberId, member);
  if (after.instanceId !== undefined) group.instances.set(after.instanceId, after.memberId);
  if (group.leaderId === before.memberId) group.leaderId = after.memberId;
  extendTo(turn, group, after, after.sessionTimeoutMs);
}

/** Nothing changes for the others; the new member id is in the log before its owner hears of it, or a failover would know only the old. */
function keepGeneration(
  turn: Turn,
  group: ClassicGroup,
  options: { readonly request: JoinRequest; readonly before: Member },
  member: Member,
): void {
  const { request, before } = options;
  const { correlation, supportsSkipAssignment } = request;
  const response = joinedResponse(group, member);
  const isLeader = response.leaderId === member.memberId;
  const told = !isLeader
    ? response
    : supportsSkipAssignment
      ? { ...response, skipAssignment: true }
      : { ...response, leaderId: before.memberId, members: [] }; // an old client that read its own id would assign anew
  turn.append({
    records: [{ kind: "group", group: group.group, metadata: metadataOf(group) }],
    onCommitted: (later) => {
      if (group.members.get(member.memberId) === member) touch(later, group, member);
      later.answer(correlation, told);
    },
    onFailed: (later, error) => later.refuse(correlation, error),
  });
}
