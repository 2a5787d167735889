import { type RecordBatchView, readEndTransactionMarker } from "@millrace/records";
import type { OpenTransaction } from "../manifest.ts";

/** Which transactions of a partition are open after the batches seen so far, and below what its producer ids are. */
export class TransactionTrace {
  readonly #open: Map<number, OpenTransaction>;
  #producerIdEnd: number;

  constructor(from: { readonly openTransactions: readonly OpenTransaction[]; readonly producerIdEnd: number } | undefined) {
    this.#open = new Map((from?.openTransactions ?? []).map((open) => [open.producerId, open]));
    this.#producerIdEnd = from?.producerIdEnd ?? 0;
  }

  /** The next batch, in the log's order. */
  add(batch: RecordBatchView): void {
    const { producerId, producerEpoch, baseOffset: firstOffset } = batch;
    if (producerId < 0) return;
    this.#producerIdEnd = Math.max(this.#producerIdEnd, producerId + 1);
    if (batch.isControl) {
      if (readEndTransactionMarker(batch.subarray()) !== undefined) this.#open.delete(producerId);
    } else if (batch.isTransactional && !this.#open.has(producerId)) this.#open.set(producerId, { producerId, producerEpoch, firstOffset });
  }

  get openTransactions(): readonly OpenTransaction[] {
    return [...this.#open.values()].sort((a, b) => a.firstOffset - b.firstOffset);
  }

  get producerIdEnd(): number {
    return this.#producerIdEnd;
  }
}
