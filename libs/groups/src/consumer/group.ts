import type { TimestampMs } from "@millrace/model";
import type { ConsumerGroupState } from "../response.ts";
import type { StoredConsumerMember } from "./records.ts";

/** What a KIP-848 group is now: the store's view plus what is on its way into the log, and the members' sessions. */
export interface ConsumerGroup {
  readonly group: string;
  epoch: number;
  readonly members: Map<string, StoredConsumerMember>;
  readonly sessions: Map<string, ConsumerSession>;
}

export interface ConsumerSession {
  expiresAtMs: TimestampMs;
  timerAtMs: TimestampMs;
  /** Until then the member must have given up what it is to give up. */
  revokeByMs: TimestampMs | undefined;
}

/** A member that left for a while keeps its place, but is not here. */
export function isPresent(member: StoredConsumerMember): boolean {
  return member.epoch >= 0;
}

/** Reconciling while some member has not reached the group's epoch or waits for partitions of others. */
export function stateOfConsumerGroup(group: ConsumerGroup): ConsumerGroupState {
  if (group.members.size === 0) return "Empty";
  const isSettled = [...group.members.values()].every((member) => !isPresent(member) || (member.state === "STABLE" && member.epoch === group.epoch));
  return isSettled ? "Stable" : "Reconciling";
}
