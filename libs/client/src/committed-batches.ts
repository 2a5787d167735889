import { createBatchCursor } from "@millrace/records";
import type { AbortedRange } from "./api.ts";

/**
 * The data batches of fetched bytes as views, in order: control batches left out, and those of the `aborted` transactions that the answer named. A
 * producer's aborted transaction ends at its next control batch.
 */
export function* committedBatches(chunk: {
  readonly batches: Uint8Array;
  readonly aborted: readonly AbortedRange[];
}): Generator<Uint8Array, void, undefined> {
  const cursor = createBatchCursor(chunk.batches);
  const open = new Set<number>();
  let nextAborted = 0;
  while (cursor.advance()) {
    const { view } = cursor;
    if (!view.isTransactional) {
      if (!view.isControl) yield view.subarray();
      continue;
    }
    for (
      let aborted = chunk.aborted[nextAborted];
      aborted !== undefined && aborted.firstOffset <= view.lastOffset;
      aborted = chunk.aborted[++nextAborted]
    ) {
      open.add(aborted.producerId);
    }
    if (view.isControl) open.delete(view.producerId);
    else if (!open.has(view.producerId)) yield view.subarray();
  }
}
