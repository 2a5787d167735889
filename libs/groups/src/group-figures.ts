import type { CoordinatorState } from "./coordinator-state.ts";
import type { CommittedOffset } from "./store.ts";

/** What operators watch of one group. */
export interface GroupFigures {
  readonly group: string;
  readonly memberCount: number;
  readonly offsets: Iterable<CommittedOffset>;
}

/** Every group of which anything is known, as it is now. Reads only. */
export function groupFigures(state: CoordinatorState): readonly GroupFigures[] {
  const { classic, consumer, store } = state;
  const groups = new Set([...classic.keys(), ...consumer.keys(), ...store.offsets.keys()]);
  return [...groups].map((group) => ({
    group,
    memberCount: consumer.get(group)?.members.size ?? classic.get(group)?.members.size ?? 0,
    offsets: store.offsets.get(group)?.values() ?? [],
  }));
}
