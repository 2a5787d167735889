import type { TimestampMs } from "@millrace/model";
import type { Correlation } from "../event.ts";
import type { ConsumerGroupState, GroupResponse } from "../response.ts";
import type { Assignment, StoredConsumerGroup, StoredConsumerMember } from "./records.ts";

/** What a KIP-848 group is now: the store's view plus what is on its way into the log, and the members' sessions. */
export interface ConsumerGroup {
  readonly group: string;
  epoch: number;
  readonly members: Map<string, StoredConsumerMember>;
  readonly sessions: Map<string, ConsumerSession>;
  /** Appends of this group that are out. While there are any, nobody is told of anything. */
  appendsOut: number;
  /** One of them failed: what is in memory is not what the log will say, until all are back. */
  hasFailed: boolean;
  readonly waiting: { readonly correlation: Correlation; readonly response: GroupResponse }[];
}

export interface ConsumerSession {
  expiresAtMs: TimestampMs;
  timerAtMs: TimestampMs;
  /** Until then the member must have given up what it is to give up. */
  revokeByMs: TimestampMs | undefined;
  /** What that time is for: other partitions, other time. */
  revoking: Assignment | undefined;
}

/** Epoch of a static member that left for a while. */
export const AWAY = -2;

export function createConsumerGroup(group: string, stored?: StoredConsumerGroup): ConsumerGroup {
  return {
    group,
    epoch: stored?.epoch ?? 0,
    members: new Map(stored?.members),
    sessions: new Map(),
    appendsOut: 0,
    hasFailed: false,
    waiting: [],
  };
}

export function memberOfInstance(group: ConsumerGroup, instanceId: string): StoredConsumerMember | undefined {
  return [...group.members.values()].find((member) => member.instanceId === instanceId);
}

/** Reconciling while some member has not reached the group's epoch or waits for partitions of others. */
export function stateOfConsumerGroup(group: ConsumerGroup): ConsumerGroupState {
  if (group.members.size === 0) return "Empty";
  const isSettled = [...group.members.values()].every(
    ({ epoch, state }) => epoch === AWAY || (state === "STABLE" && epoch === group.epoch),
  );
  return isSettled ? "Stable" : "Reconciling";
}
