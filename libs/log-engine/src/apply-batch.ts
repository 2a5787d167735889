import { readEndTransactionMarker, type RecordBatchView } from "@millrace/records";
import type { ProducerState } from "./producer-state.ts";
import type { TransactionIndex } from "./transaction-index.ts";

/** A batch that was read from the log takes effect on producer state, and an aborted transaction that it ends on the index; batches come in the log's order. `seenMs` -1: in a replay. */
export function applyBatch(
  batch: RecordBatchView,
  producers: ProducerState,
  transactions: TransactionIndex | undefined,
  seenMs = -1,
): void {
  if (batch.producerId < 0) return;
  if (!batch.isControl) {
    producers.append(batch, seenMs);
    return;
  }
  const marker = readEndTransactionMarker(batch.subarray());
  if (marker === undefined) return;
  const ended = producers.appendMarker(marker, { offset: batch.baseOffset, seenMs });
  if (ended === undefined || marker.outcome !== "abort") return;
  const lastStableOffset = producers.firstOpenOffset ?? batch.nextOffset;
  transactions?.add({ producerId: marker.producerId, ...ended, lastStableOffset });
}
