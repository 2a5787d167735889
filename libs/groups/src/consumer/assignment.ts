import type { Assignment } from "./records.ts";

/** Sets of partitions, by topic; topics without partitions do not count. Results are in order of topic and number. */
export const NOTHING: Assignment = new Map();

export function isNothing(assignment: Assignment): boolean {
  return [...assignment.values()].every((partitions) => partitions.length === 0);
}

export function union(left: Assignment, right: Assignment): Assignment {
  return build([...left.keys(), ...right.keys()], (topic) => [...new Set([...(left.get(topic) ?? []), ...(right.get(topic) ?? [])])]);
}

export function intersection(left: Assignment, right: Assignment): Assignment {
  return build(left.keys(), (topic) => (left.get(topic) ?? []).filter((partition) => right.get(topic)?.includes(partition)));
}

export function difference(left: Assignment, right: Assignment): Assignment {
  return build(left.keys(), (topic) => (left.get(topic) ?? []).filter((partition) => right.get(topic)?.includes(partition) !== true));
}

export function isSubset(small: Assignment, large: Assignment): boolean {
  return isNothing(difference(small, large));
}

export function isSame(left: Assignment, right: Assignment): boolean {
  return isSubset(left, right) && isSubset(right, left);
}

function build(topics: Iterable<string>, partitionsOf: (topic: string) => number[]): Assignment {
  const pairs = [...new Set(topics)].sort().map((topic) => [topic, partitionsOf(topic).sort((a, b) => a - b)] as const);
  return new Map(pairs.filter(([, partitions]) => partitions.length > 0));
}
