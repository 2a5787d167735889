import type { ProducerId } from "@millrace/model";
import type { RecordBatchView } from "@millrace/records";
import type { AbortedEntry } from "../transaction-index.ts";

/** What a pass knows of transactions while it walks over the log from its start. */
export class TransactionTracker {
  /** Aborted transactions by producer, by first offset. */
  readonly #aborted = new Map<ProducerId, AbortedEntry[]>();
  /** Producers with batches, emptied ones too, since their last marker; as many as had transactions open at one time. */
  readonly #withData = new Set<ProducerId>();

  constructor(aborted: readonly AbortedEntry[]) {
    for (const entry of aborted) {
      const entries = this.#aborted.get(entry.producerId);
      if (entries === undefined) this.#aborted.set(entry.producerId, [entry]);
      else entries.push(entry);
    }
  }

  /** Is the batch part of a transaction that was aborted? All transactions in what is compacted have ended, so otherwise it counts. */
  isAborted(batch: RecordBatchView): boolean {
    if (!batch.isTransactional) return false;
    const offset = batch.baseOffset;
    const entries = this.#aborted.get(batch.producerId) ?? [];
    // Transactions of a producer follow one another: the last that begins at or below the offset is the only one that may hold it.
    let low = -1;
    for (let high = entries.length - 1; low < high;) {
      const middle = (low + high + 1) >>> 1;
      if ((entries[middle]?.firstOffset ?? Infinity) <= offset) low = middle;
      else high = middle - 1;
    }
    return (entries[low]?.markerOffset ?? -1) > offset;
  }

  data(batch: RecordBatchView): void {
    if (batch.isTransactional) this.#withData.add(batch.producerId);
  }

  /** A marker ends the producer's transaction; true if something of it is still in the log. */
  marker(batch: RecordBatchView): boolean {
    return this.#withData.delete(batch.producerId);
  }
}
