import type { LocalPartition } from "./local-partition.ts";

/**
 * Gathers the appends of one event-loop turn: at its end each partition that staged something writes once, then syncs start. Writes of all partitions
 * come before the first sync, so that syncs run side by side in the thread pool.
 */
export class GroupCommit {
  readonly #defer: (run: () => void) => void;
  #dirty: LocalPartition[] = [];
  #isScheduled = false;

  constructor(defer: (run: () => void) => void) {
    this.#defer = defer;
  }

  /** The partition has staged bytes; it is written when this turn ends. */
  schedule(partition: LocalPartition): void {
    this.#dirty.push(partition);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#defer(() => {
      this.#isScheduled = false;
      this.flush();
    });
  }

  flush(): void {
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const partition of dirty) partition.write();
    for (const partition of dirty) partition.afterWrite();
  }
}
