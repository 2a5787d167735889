import { NO_TIMESTAMP, type Offset, type TimestampMs } from "@millrace/model";
import { createBatchCursor, type CompressionCodecs, RecordOffsets } from "@millrace/records";
import { SCAN_CHUNK_BYTES } from "./limits.ts";
import type { PartitionLog } from "./partition-log.ts";
import type { SegmentList } from "./segment-list.ts";

interface TimeSearch {
  readonly log: PartitionLog;
  readonly segments: SegmentList;
  /** Records at or above are not found. */
  readonly endOffset: Offset;
  readonly codecs: CompressionCodecs | undefined;
}

interface Found {
  readonly offset: Offset;
  readonly timestamp: TimestampMs;
}

/** The first record with a timestamp ≥ the given one, or the first with the greatest timestamp of the log. */
export function findOffsetForTime(query: "max-timestamp" | TimestampMs, search: TimeSearch): Found | undefined {
  const { segments, log } = search;
  if (query !== "max-timestamp") {
    for (const segment of segments.all) {
      if (segment.endOffset <= log.logStartOffset || segments.maxTimestampOf(segment) < query) continue;
      const start = segments.partsOf(segment).times.scanStartFor(query);
      return scan({ start, timestamp: query }, search);
    }
    return undefined;
  }
  let greatest: Found = { offset: log.logStartOffset, timestamp: NO_TIMESTAMP };
  for (const segment of segments.all) {
    const timestamp = segments.maxTimestampOf(segment);
    if (timestamp > greatest.timestamp) greatest = { offset: segment.maxTimestampOffset, timestamp };
  }
  return greatest.timestamp === NO_TIMESTAMP ? undefined : scan({ start: greatest.offset, timestamp: greatest.timestamp }, search);
}

/** Walks over batches from an offset on, and decodes those that may hold the record. */
function scan(from: { readonly start: Offset; readonly timestamp: TimestampMs }, search: TimeSearch): Found | undefined {
  const { log, endOffset } = search;
  const records = new RecordOffsets();
  let offset = Math.max(from.start, log.logStartOffset) as Offset;
  while (offset < endOffset) {
    const { chunks, nextOffset } = log.read({ offset, maxBytes: SCAN_CHUNK_BYTES, endOffset });
    for (const chunk of chunks) {
      const cursor = createBatchCursor(chunk);
      while (cursor.advance()) {
        if (cursor.view.maxTimestamp < from.timestamp || cursor.view.isControl) continue;
        const options = search.codecs === undefined ? {} : { codecs: search.codecs };
        const found = pick(records.decode(cursor.view.subarray(), options), { ...from, startOffset: offset });
        if (found !== undefined) return found;
      }
    }
    if (nextOffset === offset) return undefined;
    offset = nextOffset;
  }
  return undefined;
}

function pick(records: RecordOffsets, from: { readonly timestamp: TimestampMs; readonly startOffset: Offset }): Found | undefined {
  for (let index = 0; index < records.count; index++) {
    const timestamp = records.timestamps[index] ?? NO_TIMESTAMP;
    const offset = records.offsets[index] ?? 0;
    if (timestamp >= from.timestamp && offset >= from.startOffset) return { offset: offset as Offset, timestamp: timestamp as TimestampMs };
  }
  return undefined;
}
