import type { LocalPartition } from "./local-partition.ts";

/**
 * Gathers the appends of one event-loop turn: at its end each partition that staged something writes once, then syncs start. Writes of all partitions
 * come before the first sync, so that syncs run side by side in the thread pool.
 */
export class GroupCommit {
  /** Partitions that were written and are not known to be synced: with flush=interval, and those whose sync found no room. */
  readonly unsynced = new Set<LocalPartition>();
  #onUnsynced: () => void = () => undefined;
  /** Partitions whose high watermark, or end, is not in their checkpoint. Background work looks at these, not at all that there are. */
  readonly unsaved = new Set<LocalPartition>();
  readonly #defer: (run: () => void) => void;
  #dirty: LocalPartition[] = [];
  #isScheduled = false;

  constructor(defer: (run: () => void) => void) {
    this.#defer = defer;
  }

  /** Called when a partition has something to sync: who looks after them needs no timer while none has. */
  whenUnsynced(listener: () => void): void {
    this.#onUnsynced = listener;
  }

  addUnsynced(partition: LocalPartition): void {
    this.unsynced.add(partition);
    this.#onUnsynced();
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
    for (const partition of dirty) {
      partition.afterWrite();
      this.written(partition);
    }
  }

  /** Background work finds it. */
  written(partition: LocalPartition): void {
    this.unsaved.add(partition);
    if (partition.config.flush === "interval") this.addUnsynced(partition);
  }
}
