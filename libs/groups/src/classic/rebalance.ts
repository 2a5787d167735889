import type { AppError } from "@millrace/model";
import { timestampMs } from "@millrace/model";
import { assert } from "@millrace/stdx";
import { groupErrors } from "../errors.ts";
import type { Turn } from "../turn.ts";
import { type ClassicGroup, joinedResponse, type Member, metadataOf, NO_ASSIGNMENT } from "./group.ts";
import { selectProtocol } from "./protocols.ts";
import { touch } from "./session.ts";

/** A new round: everyone is to join again. Whoever waits for an assignment of the round that ends is sent to join. */
export function prepareRebalance(turn: Turn, group: ClassicGroup): void {
  assert(group.state !== "PreparingRebalance" && group.state !== "Dead", () => `no rebalance from here state=${group.state}`);
  const wasEmpty = group.state === "Empty";
  dropSyncs(turn, group, groupErrors.rebalanceInProgress({ group: group.group }));
  endSyncPhase(turn, group);
  group.state = "PreparingRebalance";
  group.assigning = false;
  group.memberAdded = false;
  const timeoutMs = rebalanceTimeoutMs(group);
  const delayMs = wasEmpty ? Math.min(turn.state.settings.initialRebalanceDelayMs, timeoutMs) : timeoutMs;
  group.joinPhase = wasEmpty ? { kind: "initial", remainingMs: timeoutMs - delayMs } : { kind: "rejoin" };
  setJoinTimer(turn, group, delayMs);
}

/** Ends the join phase if nobody is missing. The initial phase has nobody to miss: it ends by time, at once if the delay is 0. */
export function maybeCompleteJoin(turn: Turn, group: ClassicGroup): void {
  if (group.state !== "PreparingRebalance") return;
  if (group.joinPhase.kind === "initial") {
    if (turn.state.settings.initialRebalanceDelayMs === 0) completeJoin(turn, group);
    return;
  }
  const all = [...group.members.values()].every(({ joining }) => joining !== undefined);
  if (group.members.size === 0 || (all && group.pending.size === 0)) completeJoin(turn, group);
}

/** The join phase's time is up: more time if somebody new came in the initial one, else on without the missing. */
export function joinTimerFired(turn: Turn, group: ClassicGroup): void {
  if (group.state !== "PreparingRebalance") return;
  if (turn.now < group.joinEndsAtMs) return setJoinTimer(turn, group, group.joinEndsAtMs - turn.now);
  const phase = group.joinPhase;
  if (phase.kind === "rejoin" || !group.memberAdded || phase.remainingMs === 0) return completeJoin(turn, group);
  const delayMs = Math.min(turn.state.settings.initialRebalanceDelayMs, phase.remainingMs);
  group.memberAdded = false;
  group.joinPhase = { kind: "initial", remainingMs: phase.remainingMs - delayMs };
  setJoinTimer(turn, group, delayMs);
}

/** Members that were told their generation and never asked for an assignment hold the others up: they go. */
export function syncTimerFired(turn: Turn, group: ClassicGroup): void {
  if (group.syncEndsAtMs === undefined) return;
  if (turn.now < group.syncEndsAtMs) return turn.setTimer({ kind: "sync", group: group.group }, group.syncEndsAtMs - turn.now);
  const missing = [...group.members.values()].filter(({ mustSync }) => mustSync);
  group.syncEndsAtMs = undefined;
  for (const member of missing) removeMember(turn, group, member);
  if (missing.length > 0) afterRemoval(turn, group);
}

/** Takes a member out and answers what it waits for; `afterRemoval` must follow. */
export function removeMember(turn: Turn, group: ClassicGroup, member: Member, error?: AppError): void {
  const { memberId, instanceId } = member;
  const reason = error ?? groupErrors.unknownMember({ group: group.group, memberId });
  for (const waiting of [member.joining, member.syncing]) if (waiting !== undefined) turn.refuse(waiting, reason);
  turn.cancelTimer({ kind: "session", group: group.group, memberId });
  group.members.delete(memberId);
  if (instanceId !== undefined && group.instances.get(instanceId) === memberId) group.instances.delete(instanceId);
  if (group.leaderId === memberId) group.leaderId = group.members.keys().next().value;
}

/** What the others do when somebody has gone. */
export function afterRemoval(turn: Turn, group: ClassicGroup): void {
  if (group.state === "Stable" || group.state === "CompletingRebalance") prepareRebalance(turn, group);
  maybeCompleteJoin(turn, group);
}

/** Answers all that wait for an assignment. */
export function dropSyncs(turn: Turn, group: ClassicGroup, error: AppError): void {
  for (const member of group.members.values()) {
    member.mustSync = false;
    if (member.syncing === undefined) continue;
    turn.refuse(member.syncing, error);
    member.syncing = undefined;
    touch(turn, group, member);
  }
}

export function endSyncPhase(turn: Turn, group: ClassicGroup): void {
  if (group.syncEndsAtMs === undefined) return;
  group.syncEndsAtMs = undefined;
  turn.cancelTimer({ kind: "sync", group: group.group });
}

function completeJoin(turn: Turn, group: ClassicGroup): void {
  for (const member of [...group.members.values()]) {
    if (member.joining === undefined && member.instanceId === undefined) removeMember(turn, group, member);
  }
  const joined = [...group.members.values()].filter(({ joining }) => joining !== undefined);
  const [first] = joined;
  if (first === undefined && group.members.size > 0) return setJoinTimer(turn, group, rebalanceTimeoutMs(group)); // static ones only: their sessions decide
  turn.cancelTimer({ kind: "join", group: group.group });
  group.generation++;
  group.stateSinceMs = turn.now;
  if (first === undefined) return becomeEmpty(turn, group);
  if (!joined.some(({ memberId }) => memberId === group.leaderId)) group.leaderId = first.memberId;
  group.protocolName = selectProtocol([...group.members.values()]);
  group.state = "CompletingRebalance";
  for (const member of group.members.values()) {
    member.assignment = NO_ASSIGNMENT;
    if (member.joining === undefined) continue;
    turn.answer(member.joining, joinedResponse(group, member));
    member.joining = undefined;
    member.isNew = false;
    member.mustSync = true;
    touch(turn, group, member);
  }
  const timeoutMs = rebalanceTimeoutMs(group);
  group.syncEndsAtMs = timestampMs(turn.now + timeoutMs);
  turn.setTimer({ kind: "sync", group: group.group }, timeoutMs);
}

/** Nobody is left. The record keeps the generation, so that it never comes twice, and since when the offsets are nobody's. */
function becomeEmpty(turn: Turn, group: ClassicGroup): void {
  group.state = "Empty";
  group.protocolName = undefined;
  group.leaderId = undefined;
  turn.append({
    records: [{ kind: "group", group: group.group, metadata: metadataOf(group) }],
    onCommitted: () => undefined,
    onFailed: () => undefined,
  });
}

function setJoinTimer(turn: Turn, group: ClassicGroup, afterMs: number): void {
  group.joinEndsAtMs = timestampMs(turn.now + afterMs);
  turn.setTimer({ kind: "join", group: group.group }, afterMs);
}

function rebalanceTimeoutMs(group: ClassicGroup): number {
  return [...group.members.values()].reduce((longest, member) => Math.max(longest, member.rebalanceTimeoutMs), 0);
}
