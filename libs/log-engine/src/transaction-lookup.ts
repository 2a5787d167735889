import type { Offset } from "@millrace/model";
import type { SegmentList } from "./segment-list.ts";
import type { AbortedEntry } from "./transaction-index.ts";

/**
 * Aborted transactions with records in [offset, endOffset). Their markers stand at or behind `offset`, so the search begins in its segment, and ends at the
 * first marker behind which nothing below `endOffset` was open any more.
 */
export function abortedIn(segments: SegmentList, range: { readonly offset: Offset; readonly endOffset: Offset }): readonly AbortedEntry[] {
  const found: AbortedEntry[] = [];
  for (const segment of segments.all) {
    if (segment.endOffset <= range.offset) continue;
    const { transactions } = segments.partsOf(segment);
    for (let index = 0; index < transactions.count; index++) {
      const entry = transactions.get(index);
      if (entry.markerOffset >= range.offset && entry.firstOffset < range.endOffset) found.push(entry);
      if (entry.lastStableOffset >= range.endOffset) return sorted(found);
    }
  }
  return sorted(found);
}

function sorted(found: AbortedEntry[]): readonly AbortedEntry[] {
  return found.sort((a, b) => a.firstOffset - b.firstOffset);
}
