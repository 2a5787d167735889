import { timestampMs } from "@millrace/model";
import type { Turn } from "../turn.ts";
import type { ClassicGroup, Member } from "./group.ts";

/** The member gave a sign of life. Its timer stays as it is unless it would fire too late: a heartbeat costs no effect. */
export function touch(turn: Turn, group: ClassicGroup, member: Member): void {
  extendTo(turn, group, member, member.sessionTimeoutMs);
}

/** Gives the member so long until its next sign of life. */
export function extendTo(turn: Turn, group: ClassicGroup, member: Member, timeoutMs: number): void {
  member.expiresAtMs = timestampMs(turn.now + timeoutMs);
  if (member.expiresAtMs < member.timerAtMs || member.timerAtMs <= turn.now) setSessionTimer(turn, group, member, timeoutMs);
}

/** True if the member's time is up. While it waits for the others it is their turn; a new one waits only for so long, as nothing else would end it. */
export function isExpired(turn: Turn, group: ClassicGroup, member: Member): boolean {
  if (turn.now < member.expiresAtMs) {
    setSessionTimer(turn, group, member, member.expiresAtMs - turn.now);
    return false;
  }
  if (member.isNew || (member.joining === undefined && member.syncing === undefined)) return true;
  setSessionTimer(turn, group, member, member.sessionTimeoutMs);
  return false;
}

function setSessionTimer(turn: Turn, group: ClassicGroup, member: Member, afterMs: number): void {
  member.timerAtMs = timestampMs(turn.now + afterMs);
  turn.setTimer({ kind: "session", group: group.group, memberId: member.memberId }, afterMs);
}
