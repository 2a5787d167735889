import type { AppError } from "@millrace/model";
import type { ClassicGroup } from "./classic/group.ts";
import type { ConsumerGroup } from "./consumer/group.ts";
import { groupErrors } from "./errors.ts";
import { GROUPS_MAX, ID_LENGTH_MAX } from "./limits.ts";
import type { GroupSettings } from "./settings.ts";
import { createGroupStore, type GroupStore } from "./store.ts";
import type { PendingAppend } from "./turn.ts";

/** All groups of one partition of `__consumer_offsets`. */
export interface CoordinatorState {
  readonly settings: GroupSettings;
  /** Follows from the committed log alone. */
  readonly store: GroupStore;
  /** Who is here now, who waits for whom: gone with the process, and rebuilt from the store and from clients that call again. */
  readonly classic: Map<string, ClassicGroup>;
  readonly consumer: Map<string, ConsumerGroup>;
  readonly appends: Map<number, PendingAppend>;
  nextAppendId: number;
  topics: ReadonlyMap<string, number>;
  readonly ports: GroupPorts;
}

/** What the engine asks of its surroundings. */
export interface GroupPorts {
  /** A test for topic names, undefined for a pattern that is not understood. Patterns come from clients: it must run in linear time (RE2). */
  readonly compilePattern: (pattern: string) => ((topic: string) => boolean) | undefined;
}

const NO_PATTERNS: GroupPorts = { compilePattern: () => undefined };

/** A coordinator without groups: apply the log to its `store`, then let it handle `opened`. */
export function createCoordinatorState(settings: GroupSettings, ports: GroupPorts = NO_PATTERNS): CoordinatorState {
  const store = createGroupStore();
  return { settings, store, classic: new Map(), consumer: new Map(), appends: new Map(), nextAppendId: 1, topics: new Map(), ports };
}

/** True if anything at all is known of the group. */
export function isKnownGroup(state: CoordinatorState, group: string): boolean {
  const { store } = state;
  if (
    state.classic.has(group) ||
    state.consumer.has(group) ||
    store.groups.has(group) ||
    store.offsets.has(group) ||
    store.consumerGroups.has(group)
  )
    return true;
  for (const groups of store.pending.values()) if (groups.has(group)) return true;
  return false;
}

/** Why there may be no new group of this name, if so. */
export function refusalOfNewGroup(state: CoordinatorState, group: string): AppError | undefined {
  if (group.length > ID_LENGTH_MAX) return groupErrors.invalidGroupId({ length: group.length });
  if (isKnownGroup(state, group)) return undefined;
  const groups = state.classic.size + state.consumer.size + state.store.offsets.size; // a group may count twice: the bound is on memory
  return groups >= GROUPS_MAX ? groupErrors.tooManyGroups({ groups }) : undefined;
}
