/** What a table has for a key; undefined: nothing. */
export type TableValue = number | undefined;

/** One change of a key, in the order in which its one writer made them. */
interface TableChange {
  readonly value: TableValue;
  outcome: "unknown" | "stored" | "aborted";
}

/** A change that is under way. */
export interface Changing {
  settle(outcome: "stored" | "aborted"): void;
}

/**
 * What a compacted topic must give: of each key the last value that was acknowledged, or one that came after it and of which nobody knows; nothing of what was aborted; nothing of a
 * key whose last change took it away.
 */
export class TableTruth {
  readonly #changes = new Map<string, TableChange[]>();

  change(key: string, value: TableValue): Changing {
    const change: TableChange = { value, outcome: "unknown" };
    const changes = this.#changes.get(key) ?? [];
    changes.push(change);
    this.#changes.set(key, changes);
    return { settle: (outcome) => (change.outcome = outcome) };
  }

  /** What is wrong with what a reader has come to; `who` names it. */
  differences(who: string, read: ReadonlyMap<string, TableValue>): string[] {
    return [...this.#changes].flatMap(([key, changes]) => {
      const lastStored = changes.findLastIndex(({ outcome }) => outcome === "stored");
      const possible = changes.slice(Math.max(0, lastStored)).filter(({ outcome }) => outcome !== "aborted");
      const values: TableValue[] = possible.map(({ value }) => value);
      if (lastStored < 0) values.push(undefined);
      const has = read.get(key);
      if (values.includes(has)) return [];
      const expected = values.map((value) => value ?? "nothing").join(" or ");
      return [`table: ${who} has ${has ?? "nothing"} of ${key}, and not ${expected}, the last of ${changes.length} changes`];
    });
  }
}
