import type { AppError } from "@millrace/model";
import { groupErrors } from "../errors.ts";
import type { LeaveRequest, MemberIdentity } from "../event.ts";
import type { Turn } from "../turn.ts";
import { type ClassicGroup, memberOf } from "./group.ts";
import { afterRemoval, maybeCompleteJoin, removeMember } from "./rebalance.ts";
import { isExpired } from "./session.ts";

/** Members go, by member id or by instance id; each has a result of its own. */
export function leave(turn: Turn, request: LeaveRequest): void {
  const group = turn.state.classic.get(request.group);
  const sizeBefore = group?.members.size;
  const members = request.members.map((identity) => ({ ...identity, error: leaveOne(turn, group, { ...identity, group: request.group }) }));
  turn.answer(request.correlation, { kind: "left", members });
  if (group === undefined || group.state === "Dead") return;
  if (group.members.size !== sizeBefore) afterRemoval(turn, group);
  else maybeCompleteJoin(turn, group); // it may have waited for a pending one
}

/** A member's session ended without a sign of life. */
export function sessionTimerFired(turn: Turn, group: ClassicGroup, memberId: string): void {
  const member = group.members.get(memberId);
  if (member === undefined || !isExpired(turn, group, member)) return;
  removeMember(turn, group, member);
  afterRemoval(turn, group);
}

/** An id that was handed out did not come back; the others need not wait for it any more. A group that nobody ever got into is forgotten. */
export function pendingTimerFired(turn: Turn, group: ClassicGroup, memberId: string): void {
  if (!group.pending.delete(memberId)) return;
  if (group.state === "Empty" && group.generation === 0 && group.pending.size === 0) turn.state.classic.delete(group.group);
  else maybeCompleteJoin(turn, group);
}

function leaveOne(
  turn: Turn,
  group: ClassicGroup | undefined,
  identity: MemberIdentity & { readonly group: string },
): AppError | undefined {
  if (group === undefined) return groupErrors.unknownMember({ group: identity.group, memberId: identity.memberId });
  const found = findMember(group, identity);
  if (typeof found !== "string") return found;
  if (group.pending.delete(found)) turn.cancelTimer({ kind: "pending", group: group.group, memberId: found });
  else removeMember(turn, group, memberOf(group, found));
  return undefined;
}

function findMember(group: ClassicGroup, { memberId, instanceId }: MemberIdentity): string | AppError {
  const context = { group: group.group, memberId, instanceId };
  if (group.state === "Dead") return groupErrors.coordinatorNotAvailable(context);
  if (instanceId !== undefined) {
    const owner = group.instances.get(instanceId);
    if (owner === undefined) return groupErrors.unknownMember(context);
    return memberId === "" || memberId === owner ? owner : groupErrors.fencedInstance(context);
  }
  return group.members.has(memberId) || group.pending.has(memberId) ? memberId : groupErrors.unknownMember(context);
}
