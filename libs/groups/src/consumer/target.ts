import { isInternalTopic } from "@millrace/model";
import type { CoordinatorState } from "../coordinator-state.ts";
import { PARTITIONS_PER_CONSUMER_GROUP_MAX } from "../limits.ts";
import { assignRange } from "./assign-range.ts";
import { assignUniform } from "./assign-uniform.ts";
import { isSame } from "./assignment.ts";
import type { AssignedMember, Assignor } from "./assignor.ts";
import type { ConsumerGroup } from "./group.ts";
import type { ConsumerChange } from "./persist.ts";
import type { StoredConsumerMember } from "./records.ts";

export const ASSIGNORS: ReadonlyMap<string, Assignor> = new Map([
  ["uniform", assignUniform],
  ["range", assignRange],
]);

/** The assignor that most members ask for; uniform if nobody asks. */
export function assignorOf(group: ConsumerGroup): string {
  const votes = new Map<string, number>();
  for (const { assignor } of group.members.values()) if (assignor !== undefined) votes.set(assignor, (votes.get(assignor) ?? 0) + 1);
  return [...votes].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1))[0]?.[0] ?? "uniform";
}

/** A new group epoch with the assignment that goes with it. */
export function advanceEpoch(state: CoordinatorState, change: ConsumerChange): void {
  change.setEpoch(change.group.epoch + 1);
  const targets = computeTargets(state, change.group);
  for (const member of [...change.group.members.values()]) {
    const target = targets.get(member.memberId);
    if (target !== undefined && !isSame(target, member.target)) change.setMember({ ...member, target });
  }
}

/** True if topics changed so that somebody should have other partitions. */
export function isTargetStale(state: CoordinatorState, group: ConsumerGroup): boolean {
  const targets = computeTargets(state, group);
  return [...group.members.values()].some(({ memberId, target }) => !isSame(target, targets.get(memberId) ?? target));
}

function computeTargets(state: CoordinatorState, group: ConsumerGroup): ReturnType<Assignor> {
  const members = [...group.members.values()].map((member): AssignedMember => {
    const { memberId, instanceId, target } = member;
    return { memberId, sortKey: instanceId ?? memberId, topics: subscriptionOf(state, member), previous: target };
  });
  const wanted = new Set(members.flatMap(({ topics }) => [...topics]));
  const topics = new Map<string, number>();
  let room = PARTITIONS_PER_CONSUMER_GROUP_MAX;
  for (const topic of [...wanted].sort()) {
    const count = Math.min(state.topics.get(topic) ?? 0, room);
    room -= count;
    if (count > 0) topics.set(topic, count);
  }
  const assign = ASSIGNORS.get(assignorOf(group)) ?? assignUniform;
  return assign(members, topics);
}

/** Topics that exist, by name or by pattern. Internal ones are found by name only. */
function subscriptionOf(state: CoordinatorState, member: StoredConsumerMember): ReadonlySet<string> {
  const topics = new Set(member.topics.filter((topic) => state.topics.has(topic)));
  const matches = member.topicRegex === undefined ? undefined : state.ports.compilePattern(member.topicRegex);
  if (matches === undefined) return topics;
  for (const topic of state.topics.keys()) if (!isInternalTopic(topic) && matches(topic)) topics.add(topic);
  return topics;
}
