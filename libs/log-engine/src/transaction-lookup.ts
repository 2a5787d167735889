import type { Offset } from "@millrace/model";
import type { AbortedTransaction } from "./partition-log.ts";
import type { SegmentList } from "./segment-list.ts";

/**
 * Aborted transactions with records in [offset, endOffset). Their markers stand at or behind `offset`, so the search begins in its segment, and ends at the
 * first marker behind which nothing below `endOffset` was open any more.
 */
export function abortedIn(
  segments: SegmentList,
  range: { readonly offset: Offset; readonly endOffset: Offset },
): readonly AbortedTransaction[] {
  const found: AbortedTransaction[] = [];
  for (const segment of segments.all) {
    if (segment.endOffset <= range.offset) continue;
    const { transactions } = segments.partsOf(segment);
    for (let index = 0; index < transactions.count; index++) {
      const { producerId, firstOffset, markerOffset, lastStableOffset } = transactions.get(index);
      if (markerOffset >= range.offset && firstOffset < range.endOffset) found.push({ producerId, firstOffset });
      if (lastStableOffset >= range.endOffset) return sorted(found);
    }
  }
  return sorted(found);
}

function sorted(found: AbortedTransaction[]): readonly AbortedTransaction[] {
  return found.sort((a, b) => a.firstOffset - b.firstOffset);
}
