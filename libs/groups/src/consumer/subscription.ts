import type { ConsumerGroup } from "./group.ts";

/** Topics that members of the group ask for by name, or whose names a member's pattern matches. */
export function subscribedTopicsOf(group: ConsumerGroup): ReadonlySet<string> {
  const topics = new Set<string>();
  for (const member of group.members.values()) {
    for (const topic of member.topics) topics.add(topic);
    for (const topic of member.target.keys()) topics.add(topic);
  }
  return topics;
}
