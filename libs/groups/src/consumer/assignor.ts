import type { Assignment } from "./records.ts";

/** A member as an assignor sees it. */
export interface AssignedMember {
  readonly memberId: string;
  /** Orders members: a static one keeps its place when its member id changes. */
  readonly sortKey: string;
  readonly topics: ReadonlySet<string>;
  /** What it got last time. */
  readonly previous: Assignment;
}

/**
 * Who gets what: each partition of each topic that somebody subscribes to goes to exactly one of its subscribers. The same input gives the same output, and the
 * output as the next `previous` gives itself: otherwise groups would never settle.
 */
export type Assignor = (members: readonly AssignedMember[], topics: ReadonlyMap<string, number>) => ReadonlyMap<string, Assignment>;

/** Members in one order for all, whatever order they came in. */
export function inOrder(members: readonly AssignedMember[]): AssignedMember[] {
  return members.toSorted((a, b) => (a.sortKey < b.sortKey ? -1 : a.sortKey > b.sortKey ? 1 : 0));
}
