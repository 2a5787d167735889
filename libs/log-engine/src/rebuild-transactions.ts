import type { Offset } from "@millrace/model";
import type { Storage } from "@millrace/ports";
import type { Crc32c } from "@millrace/records";
import { applyBatch } from "./apply-batch.ts";
import { scanBatches } from "./batch-scan.ts";
import { logCorrupt } from "./errors.ts";
import { ProducerState } from "./producer-state.ts";
import type { Segment } from "./segment.ts";
import { TransactionIndex } from "./transaction-index.ts";

/**
 * The aborted transactions of segments, found again in their batches. A transaction begins segments before its marker, so the segments must be the log's first
 * ones without gap; what a transaction has below the log start is gone, and nobody reads it. Throws `log-corrupt` for a damaged batch.
 */
export function rebuildTransactions(
  segments: readonly Segment[],
  of: { readonly storage: Storage; readonly crc32c: Crc32c; readonly path: (baseOffset: Offset) => string },
): Map<Offset, TransactionIndex> {
  const producers = new ProducerState();
  const rebuilt = new Map<Offset, TransactionIndex>();
  for (const { baseOffset } of segments) {
    const transactions = new TransactionIndex();
    const path = of.path(baseOffset);
    const file = of.storage.open(path);
    const end = scanBatches(file, {
      crc32c: of.crc32c,
      visit: (batch) => {
        applyBatch(batch, producers, transactions);
        producers.lastStableOffset(batch.nextOffset); // forgets those that have ended
        return undefined;
      },
    });
    file.close();
    if (end.cause !== undefined) throw logCorrupt({ file: path, position: end.position, offset: baseOffset }, end.cause);
    rebuilt.set(baseOffset, transactions);
  }
  return rebuilt;
}
