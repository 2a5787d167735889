import type { LogPorts } from "./partition-log.ts";
import type { Segment } from "./segment.ts";
import type { SegmentList } from "./segment-list.ts";

/** Writes a segment's indexes as files, an empty `.txnindex` too (a missing one would be searched for); durable when the promise resolves. */
export async function writeIndexes(segments: SegmentList, segment: Segment, ports: Pick<LogPorts, "storage" | "crc32c">): Promise<void> {
  const { storage, crc32c } = ports;
  const parts = segments.partsOf(segment);
  segment.completeIndexes(parts);
  await storage.writeFileAtomically(segments.path(segment.baseOffset, "index"), parts.offsets.encode(crc32c));
  await storage.writeFileAtomically(segments.path(segment.baseOffset, "timeindex"), parts.times.encode(crc32c));
  await storage.writeFileAtomically(segments.path(segment.baseOffset, "txnindex"), parts.transactions.encode(crc32c));
}
