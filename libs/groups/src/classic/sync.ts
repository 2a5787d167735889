import { groupErrors } from "../errors.ts";
import type { SyncRequest } from "../event.ts";
import type { GroupResponse } from "../response.ts";
import type { Turn } from "../turn.ts";
import { type ClassicGroup, type Member, memberOf, metadataOf, NO_ASSIGNMENT, refusalOfGeneration } from "./group.ts";
import { dropSyncs, endSyncPhase, prepareRebalance } from "./rebalance.ts";
import { touch } from "./session.ts";

/** A member asks for its assignment; the leader brings all of them. Answered when the leader's bytes are in the log. */
export function sync(turn: Turn, request: SyncRequest): void {
  const { correlation, memberId } = request;
  const group = turn.state.classic.get(request.group);
  const context = { group: request.group, memberId };
  if (group === undefined) return turn.refuse(correlation, groupErrors.unknownMember(context));
  const refusal = refusalOfGeneration(group, request, request.generation);
  if (refusal !== undefined) return turn.refuse(correlation, refusal);
  if (isOtherProtocol(group, request)) return turn.refuse(correlation, groupErrors.inconsistentProtocol(context));
  const member = memberOf(group, memberId);
  touch(turn, group, member);
  if (group.state === "PreparingRebalance") return turn.refuse(correlation, groupErrors.rebalanceInProgress(context));
  member.mustSync = false;
  if (![...group.members.values()].some(({ mustSync }) => mustSync)) endSyncPhase(turn, group);
  if (group.state === "Stable") return turn.answer(correlation, syncedResponse(group, member));
  if (member.syncing !== undefined) turn.refuse(member.syncing, groupErrors.rebalanceInProgress(context)); // the member gave that call up
  member.syncing = correlation;
  if (memberId === group.leaderId && !group.assigning) assign(turn, group, request);
}

function isOtherProtocol(group: ClassicGroup, { protocolType, protocolName }: SyncRequest): boolean {
  return (
    (protocolType !== undefined && protocolType !== group.protocolType) ||
    (protocolName !== undefined && protocolName !== group.protocolName)
  );
}

/** The leader's bytes pass untouched; a member that it left out gets none. Whatever happens meanwhile ends the generation, and then nobody gets them. */
function assign(turn: Turn, group: ClassicGroup, request: SyncRequest): void {
  const { generation } = group;
  const assignments = new Map(request.assignments.map(({ memberId, assignment }) => [memberId, assignment]));
  const isCurrent = (): boolean => group.state === "CompletingRebalance" && group.generation === generation;
  group.assigning = true;
  turn.append({
    records: [
      { kind: "group", group: group.group, metadata: metadataOf(group, ({ memberId }) => assignments.get(memberId) ?? NO_ASSIGNMENT) },
    ],
    onCommitted: (later) => {
      if (isCurrent()) becomeStable(later, group, assignments);
    },
    onFailed: (later, error) => {
      if (!isCurrent()) return;
      dropSyncs(later, group, error);
      prepareRebalance(later, group);
    },
  });
}

function becomeStable(turn: Turn, group: ClassicGroup, assignments: ReadonlyMap<string, Uint8Array>): void {
  group.state = "Stable";
  group.assigning = false;
  for (const member of group.members.values()) {
    member.assignment = assignments.get(member.memberId) ?? NO_ASSIGNMENT;
    if (member.syncing === undefined) continue;
    turn.answer(member.syncing, syncedResponse(group, member));
    member.syncing = undefined;
    touch(turn, group, member);
  }
}

function syncedResponse(group: ClassicGroup, { assignment }: Member): GroupResponse {
  return { kind: "synced", protocolType: group.protocolType, protocolName: group.protocolName, assignment };
}
