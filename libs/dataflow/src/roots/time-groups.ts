import { canonicalKey, type CanonicalKey } from "@millrace/model";
import type { Rows } from "../shuffle/rows.ts";

/** New values of a key in one batch, in order of (source task, record), and the greatest of their event times (NaN: none has one). */
export interface TimeGroup {
  readonly key: unknown;
  readonly values: unknown[];
  maxMs: number;
}

/** The rows of a batch by key, in order of first appearance. */
export class TimeGroups {
  #groups = new Map<CanonicalKey, TimeGroup>();

  receive({ keys, values, numbers }: Rows): void {
    for (let index = 0; index < values.length; index++) {
      const canonical = canonicalKey(keys[index]);
      let group = this.#groups.get(canonical);
      if (group === undefined) this.#groups.set(canonical, (group = { key: keys[index], values: [], maxMs: NaN }));
      group.values.push(values[index]);
      const time = numbers[index] ?? NaN;
      if (!(time <= group.maxMs)) group.maxMs = Number.isNaN(time) ? group.maxMs : time;
    }
  }

  take(): ReadonlyMap<CanonicalKey, TimeGroup> {
    const groups = this.#groups;
    this.#groups = new Map();
    return groups;
  }
}
