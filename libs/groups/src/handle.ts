import { assert, assertNever } from "@millrace/stdx";
import { deleteGroups, describeGroups, listGroups } from "./admin.ts";
import { type ClassicGroup, loadClassicGroup } from "./classic/group.ts";
import { heartbeat } from "./classic/heartbeat.ts";
import { join } from "./classic/join.ts";
import { leave, pendingTimerFired, sessionTimerFired } from "./classic/leave.ts";
import { joinTimerFired, syncTimerFired } from "./classic/rebalance.ts";
import { sync } from "./classic/sync.ts";
import { consumerTimerFired, loadConsumerGroups, topicsChanged } from "./consumer/sessions.ts";
import { describeConsumerGroups } from "./consumer/describe.ts";
import { consumerHeartbeat } from "./consumer/heartbeat.ts";
import type { CoordinatorState } from "./coordinator-state.ts";
import { groupErrors } from "./errors.ts";
import type { GroupEvent, GroupRequest } from "./event.ts";
import { APPENDS_IN_FLIGHT_MAX } from "./limits.ts";
import { commitOffsets } from "./offsets/commit.ts";
import { deleteOffsets, deleteOffsetsOfTopics, deleteOffsetsOfUnknownTopics } from "./offsets/delete.ts";
import { expireOffsets } from "./offsets/expire.ts";
import { fetchOffsets } from "./offsets/fetch.ts";
import type { GroupStep } from "./step.ts";
import { applyMarker, applyRecord } from "./store.ts";
import { type ClassicTimer, type GroupTimer, isConsumerTimer } from "./timer.ts";
import { type PendingAppend, Turn } from "./turn.ts";

/**
 * Decides one event. What is in the store changes only when records are committed (`appended`) or replayed; who is here and who waits changes at once. An
 * answer that depends on records comes with the step of their `appended`, so that nobody is told of anything that a failover would forget.
 */
export function handle(state: CoordinatorState, event: GroupEvent): GroupStep {
  const turn = new Turn(state, event.now);
  switch (event.kind) {
    case "transactionEnded":
      applyMarker(state.store, event.producerId, event.committed);
      break;
    case "appended":
      appended(turn, event.appendId);
      break;
    case "appendFailed":
      takeAppend(state, event.appendId)?.onFailed(turn, event.error);
      break;
    case "timer":
      timerFired(turn, event.timer);
      break;
    case "opened":
      opened(turn);
      break;
    case "closed":
      closed(turn);
      break;
    case "topicsChanged":
      topicsChanged(turn, event.topics);
      break;
    case "topicsDeleted":
      deleteOffsetsOfTopics(turn, event.topics);
      break;
    default:
      handleRequest(turn, event);
  }
  return { effects: turn.effects };
}

/** Requests that write, or will: none of them while the log is so far behind. */
const WRITES: ReadonlySet<GroupRequest["kind"]> = new Set([
  "join",
  "sync",
  "commitOffsets",
  "commitTransactionalOffsets",
  "deleteOffsets",
  "deleteGroups",
  "consumerHeartbeat",
]);

function handleRequest(turn: Turn, request: GroupRequest): void {
  const waiting = turn.state.appends.size;
  if (waiting >= APPENDS_IN_FLIGHT_MAX && WRITES.has(request.kind))
    return turn.refuse(request.correlation, groupErrors.coordinatorNotAvailable({ waiting }));
  switch (request.kind) {
    case "join":
      return join(turn, request);
    case "sync":
      return sync(turn, request);
    case "heartbeat":
      return heartbeat(turn, request);
    case "leave":
      return leave(turn, request);
    case "commitOffsets":
    case "commitTransactionalOffsets":
      return commitOffsets(turn, request);
    case "fetchOffsets":
      return fetchOffsets(turn, request);
    case "deleteOffsets":
      return deleteOffsets(turn, request);
    case "deleteGroups":
      return deleteGroups(turn, request);
    case "describeGroups":
      return describeGroups(turn, request);
    case "listGroups":
      return listGroups(turn, request);
    case "describeConsumerGroups":
      return describeConsumerGroups(turn, request);
    case "consumerHeartbeat":
      return consumerHeartbeat(turn, request);
    default:
      return assertNever(request, "group request");
  }
}

function timerFired(turn: Turn, timer: GroupTimer): void {
  if (timer.kind === "expireOffsets") return expireOffsets(turn);
  if (isConsumerTimer(timer)) return consumerTimerFired(turn, timer);
  const group = turn.state.classic.get(timer.group);
  if (group === undefined) return; // it went while the timer was on its way
  return classicTimerFired(turn, group, timer);
}

function classicTimerFired(turn: Turn, group: ClassicGroup, timer: ClassicTimer): void {
  switch (timer.kind) {
    case "session":
      return sessionTimerFired(turn, group, timer.memberId);
    case "pending":
      return pendingTimerFired(turn, group, timer.memberId);
    case "join":
      return joinTimerFired(turn, group);
    case "sync":
      return syncTimerFired(turn, group);
    default:
      return assertNever(timer, "group timer");
  }
}

/** The records take effect, then whoever waited for them is answered. An unknown id is of a time before `closed`: nobody waits any more. */
function appended(turn: Turn, appendId: number): void {
  const append = takeAppend(turn.state, appendId);
  if (append === undefined) return;
  for (const record of append.records) applyRecord(turn.state.store, record, append.producer?.producerId);
  append.onCommitted(turn);
}

function takeAppend(state: CoordinatorState, appendId: number): PendingAppend | undefined {
  const append = state.appends.get(appendId);
  state.appends.delete(appendId);
  return append;
}

/** Everybody gets a whole session to come back: nobody could reach the coordinator while it moved. */
function opened(turn: Turn): void {
  const { state } = turn;
  assert(state.classic.size === 0 && state.consumer.size === 0, "opened once, before any request");
  for (const [name, metadata] of state.store.groups) {
    const group = loadClassicGroup(name, metadata, turn.now);
    state.classic.set(name, group);
    for (const { memberId, sessionTimeoutMs } of group.members.values())
      turn.setTimer({ kind: "session", group: name, memberId }, sessionTimeoutMs);
  }
  loadConsumerGroups(turn);
  deleteOffsetsOfUnknownTopics(turn);
  turn.setTimer({ kind: "expireOffsets" }, state.settings.offsetsExpiryIntervalMs);
}

/** Who waits is sent to the new coordinator; nothing is decided any more. The node forgets all timers. */
function closed(turn: Turn): void {
  const { state } = turn;
  const error = groupErrors.notCoordinator();
  const appends = [...state.appends.values()];
  for (const { onFailed } of appends) onFailed(turn, error);
  for (const group of state.classic.values()) {
    for (const member of group.members.values()) {
      for (const waiting of [member.joining, member.syncing]) if (waiting !== undefined) turn.refuse(waiting, error);
    }
  }
  state.appends.clear();
  state.classic.clear();
  state.consumer.clear();
  turn.keepAnswersOnly();
}
