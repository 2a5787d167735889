interface Entry {
  readonly value: number;
  readonly transaction: ModelTransaction | undefined;
}

/** A transaction of the model: its records are readable when it is committed, and hold back all behind them while it is open. */
export interface ModelTransaction {
  state: "open" | "committed" | "aborted";
  readonly keys: Set<string>;
}

/** Kafka's model of partitions in thirty lines: appends, transactions with markers that take an offset, reads below the last stable offset. */
export class ModelLog {
  readonly #partitions = new Map<string, (Entry | "marker")[]>();

  append(key: string, value: number, transaction?: ModelTransaction): number {
    transaction?.keys.add(key);
    return this.#of(key).push({ value, transaction }) - 1;
  }

  end(transaction: ModelTransaction, state: "committed" | "aborted"): void {
    transaction.state = state;
    for (const key of transaction.keys) this.#of(key).push("marker");
  }

  endOffset(key: string): number {
    return this.#of(key).length;
  }

  /** Committed records from an offset, at most so many, and where to go on. */
  read(key: string, from: number, recordsMax: number): { readonly reads: readonly (readonly [number, number])[]; readonly next: number } {
    const reads: (readonly [number, number])[] = [];
    const entries = this.#of(key);
    let next = from;
    for (; next < entries.length && reads.length < recordsMax; next++) {
      const entry = entries[next];
      if (entry === undefined || entry === "marker" || entry.transaction?.state === "aborted") continue;
      if (entry.transaction?.state === "open") break;
      reads.push([next, entry.value]);
    }
    return { reads, next };
  }

  #of(key: string): (Entry | "marker")[] {
    const entries = this.#partitions.get(key) ?? [];
    this.#partitions.set(key, entries);
    return entries;
  }
}
