import type { SegmentFileKind } from "./file-names.ts";
import type { LogPorts } from "./partition-log.ts";
import type { Segment, SegmentParts } from "./segment.ts";
import type { SegmentList } from "./segment-list.ts";

/** Writes a segment's indexes as files, an empty `.txnindex` too (a missing one would be searched for); durable when the promise resolves. */
export async function writeIndexes(segments: SegmentList, segment: Segment, ports: Pick<LogPorts, "storage" | "crc32c">): Promise<void> {
  const parts = segments.partsOf(segment);
  segment.completeIndexes(parts);
  await writeIndexesAt((kind) => segments.path(segment.baseOffset, kind), parts, ports);
}

/** The same, wherever they belong. */
export async function writeIndexesAt(
  path: (kind: SegmentFileKind) => string,
  parts: SegmentParts,
  { storage, crc32c }: Pick<LogPorts, "storage" | "crc32c">,
): Promise<void> {
  await storage.writeFileAtomically(path("index"), parts.offsets.encode(crc32c));
  await storage.writeFileAtomically(path("timeindex"), parts.times.encode(crc32c));
  await storage.writeFileAtomically(path("txnindex"), parts.transactions.encode(crc32c));
}
