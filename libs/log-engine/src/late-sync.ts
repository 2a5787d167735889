import type { Offset } from "@millrace/model";

interface LateSyncParts {
  /** What the checkpoint says. */
  readonly isMarked: boolean;
  readonly isWanted: boolean;
  readonly sync: () => Promise<void>;
  readonly checkpoint: () => Promise<void>;
}

/**
 * Whether records of a log count before they are synced (flush=interval). The checkpoint says so before the first of them counts, and until all of them are synced: a
 * process that died meanwhile may have lost the end of its log, without a torn tail that would show it (R11). Markers of transactions count when they are synced, whatever
 * the mode: nobody would write them again.
 */
export class LateSync {
  readonly #parts: LateSyncParts;
  #isWanted: boolean;
  /** As the next checkpoint says it. */
  #isMarked: boolean;
  #isMarkDurable: boolean;
  #turn: Promise<void> | undefined;
  /** First offsets of markers that may not be synced, ascending. */
  #markers: Offset[] = [];

  constructor(parts: LateSyncParts) {
    this.#parts = parts;
    this.#isWanted = parts.isWanted;
    this.#isMarked = parts.isMarked;
    this.#isMarkDurable = parts.isMarked;
    // Not the other way round: whoever opens a log may not know its topic's settings yet, and what is written there of the last process stays until it does.
    if (parts.isWanted) this.configure(true);
  }

  get isMarked(): boolean {
    return this.#isMarked;
  }

  get isOn(): boolean {
    return this.#isWanted && this.#isMarkDurable;
  }

  /** Takes effect once it is written down; until then records wait for their sync. */
  configure(isWanted: boolean): void {
    this.#isWanted = isWanted;
    if (this.#isMarked === isWanted || this.#turn !== undefined) return;
    this.#turn = this.#change()
      .catch(() => undefined) // the log has failed and says so, or there is no room: records go on waiting for their sync
      .finally(() => (this.#turn = undefined));
  }

  /** A checkpoint that says `isMarked` is durable. */
  saved(isMarked: boolean): void {
    this.#isMarkDurable = isMarked && this.#isMarked;
  }

  staged(marker: Offset, syncedEndOffset: Offset): void {
    this.#forget(syncedEndOffset);
    this.#markers.push(marker);
  }

  /** Staged batches from here on were not written. */
  undone(fromOffset: Offset): void {
    this.#markers = this.#markers.filter((offset) => offset < fromOffset);
  }

  /** End of what counts. */
  endOffset(of: { readonly logEndOffset: Offset; readonly syncedEndOffset: Offset }): Offset {
    if (!this.isOn) return of.syncedEndOffset;
    this.#forget(of.syncedEndOffset);
    return Math.min(of.logEndOffset, this.#markers[0] ?? of.logEndOffset) as Offset;
  }

  #forget(syncedEndOffset: Offset): void {
    while ((this.#markers[0] ?? Infinity) < syncedEndOffset) this.#markers.shift();
  }

  async #change(): Promise<void> {
    while (this.#isMarked !== this.#isWanted) {
      const isWanted = this.#isWanted;
      if (!isWanted) await this.#parts.sync();
      if (isWanted !== this.#isWanted) continue;
      this.#isMarked = isWanted;
      this.#isMarkDurable = false;
      await this.#parts.checkpoint();
    }
  }
}
