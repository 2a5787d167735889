import { hasPendingOffset, hasPendingOffsets, type GroupRecord } from "../store.ts";
import type { CoordinatorState } from "../coordinator-state.ts";
import type { Turn } from "../turn.ts";
import { appendTombstones, offsetTombstone } from "./delete.ts";

/** Offsets of groups that have been empty for the retention time go, and with the last of them the group. Those of a live group never do. */
export function expireOffsets(turn: Turn): void {
  const { state } = turn;
  turn.setTimer({ kind: "expireOffsets" }, state.settings.offsetsExpiryIntervalMs);
  const busy = groupsInFlight(state); // a tombstone behind an offset that is on its way would kill it
  const groups = new Set([
    ...state.store.offsets.keys(),
    ...state.store.groups.keys(),
    ...state.store.consumerGroups.keys(),
    ...state.classic.keys(),
  ]);
  const tombstones: GroupRecord[] = [];
  for (const group of groups) if (!busy.has(group) && isEmptyGroup(state, group)) tombstones.push(...expired(turn, group));
  appendTombstones(turn, tombstones);
}

function expired(turn: Turn, group: string): GroupRecord[] {
  const { store, settings } = turn.state;
  const emptySinceMs = store.groups.get(group)?.stateSinceMs ?? 0;
  const offsets = [...(store.offsets.get(group) ?? [])];
  const old = offsets.filter(([key, { committedAtMs }]) => {
    // The later of both: an operator who resets the offsets of a long-empty group wants them to stay.
    return turn.now - Math.max(emptySinceMs, committedAtMs) >= settings.offsetsRetentionMs && !hasPendingOffset(store, group, key);
  });
  const tombstones = old.map(([, { topic, partition }]) => offsetTombstone(group, topic, partition));
  if (old.length < offsets.length || hasPendingOffsets(store, group)) return tombstones;
  if (store.groups.has(group)) tombstones.push({ kind: "group", group, metadata: undefined });
  if (store.consumerGroups.has(group)) tombstones.push({ kind: "consumerGroup", group, epoch: undefined });
  turn.state.classic.delete(group);
  turn.state.consumer.delete(group);
  return tombstones;
}

/** Nobody is in it, nobody is about to be. */
function isEmptyGroup(state: CoordinatorState, name: string): boolean {
  const group = state.classic.get(name);
  if (group !== undefined && (group.state !== "Empty" || group.pending.size > 0)) return false;
  return (state.consumer.get(name)?.members.size ?? 0) === 0;
}

function groupsInFlight(state: CoordinatorState): ReadonlySet<string> {
  return new Set([...state.appends.values()].flatMap(({ records }) => records.map(({ group }) => group)));
}
