import { timestampMs } from "@millrace/model";
import type { ConsumerTimer } from "../timer.ts";
import type { Turn } from "../turn.ts";
import { type ConsumerGroup, type ConsumerSession, createConsumerGroup } from "./group.ts";
import { ConsumerChange } from "./persist.ts";
import type { StoredConsumerMember } from "./records.ts";
import { advanceEpoch, isTargetStale } from "./target.ts";

/** A sign of life; the timer follows when it fires. */
export function touchConsumer(turn: Turn, group: ConsumerGroup, memberId: string): void {
  const { consumerSessionTimeoutMs } = turn.state.settings;
  const expiresAtMs = timestampMs(turn.now + consumerSessionTimeoutMs);
  const known = group.sessions.get(memberId);
  if (known !== undefined) {
    known.expiresAtMs = expiresAtMs;
    return;
  }
  group.sessions.set(memberId, { expiresAtMs, timerAtMs: expiresAtMs, revokeByMs: undefined, revoking: undefined });
  turn.setTimer({ kind: "consumerSession", group: group.group, memberId }, consumerSessionTimeoutMs);
}

/** Holds a member that has partitions to give up to its rebalance timeout, and lets go of one that has none. */
export function watchRevocation(turn: Turn, group: ConsumerGroup, member: StoredConsumerMember): void {
  const session = group.sessions.get(member.memberId);
  if (session === undefined) return;
  const timer: ConsumerTimer = { kind: "consumerRevocation", group: group.group, memberId: member.memberId };
  if (member.state !== "UNREVOKED_PARTITIONS") return stopWatching(turn, session, timer);
  if (session.revoking === member.revoking) return;
  session.revoking = member.revoking;
  session.revokeByMs = timestampMs(turn.now + member.rebalanceTimeoutMs);
  turn.setTimer(timer, member.rebalanceTimeoutMs);
}

/** A member went: its session, and with a new epoch its partitions, go to the others. */
export function dropConsumer(turn: Turn, change: ConsumerChange, memberId: string): void {
  const { group } = change;
  forgetSession(turn, group, memberId);
  change.removeMember(memberId);
  advanceEpoch(turn.state, change);
}

export function forgetSession(turn: Turn, group: ConsumerGroup, memberId: string): void {
  const session = group.sessions.get(memberId);
  if (session === undefined) return;
  group.sessions.delete(memberId);
  turn.cancelTimer({ kind: "consumerSession", group: group.group, memberId });
  stopWatching(turn, session, { kind: "consumerRevocation", group: group.group, memberId });
}

export function consumerTimerFired(turn: Turn, timer: ConsumerTimer): void {
  const group = turn.state.consumer.get(timer.group);
  const session = group?.sessions.get(timer.memberId);
  if (group === undefined || session === undefined) return;
  const deadlineMs = timer.kind === "consumerSession" ? session.expiresAtMs : session.revokeByMs;
  if (deadlineMs === undefined) return;
  if (turn.now < deadlineMs) return turn.setTimer(timer, deadlineMs - turn.now);
  const change = new ConsumerChange(group);
  if (group.members.has(timer.memberId)) dropConsumer(turn, change, timer.memberId);
  else forgetSession(turn, group, timer.memberId);
  change.finish(turn);
}

/** After a move every member has a whole session to find the coordinator. */
export function loadConsumerGroups(turn: Turn): void {
  for (const [name, stored] of turn.state.store.consumerGroups) {
    const group = createConsumerGroup(name, stored);
    turn.state.consumer.set(name, group);
    for (const member of group.members.values()) {
      touchConsumer(turn, group, member.memberId);
      watchRevocation(turn, group, member);
    }
  }
  if (turn.state.topics.size > 0) topicsChanged(turn, turn.state.topics);
}

/** Topics came, went or grew: groups whose partitions change get a new epoch. */
export function topicsChanged(turn: Turn, topics: ReadonlyMap<string, number>): void {
  turn.state.topics = topics;
  for (const group of turn.state.consumer.values()) {
    if (group.members.size === 0 || !isTargetStale(turn.state, group)) continue;
    const change = new ConsumerChange(group);
    advanceEpoch(turn.state, change);
    change.finish(turn);
  }
}

function stopWatching(turn: Turn, session: ConsumerSession, timer: ConsumerTimer): void {
  if (session.revokeByMs === undefined) return;
  session.revokeByMs = undefined;
  session.revoking = undefined;
  turn.cancelTimer(timer);
}
