import { NO_TIMESTAMP, type Offset, type TimestampMs } from "@millrace/model";
import { BATCH_HEADER_BYTES, RecordBatchView } from "@millrace/records";
import { SEGMENT_POSITION_END, STAGED_BYTES_MAX } from "../limits.ts";
import type { CompactionNeed, PartitionLog } from "../partition-log.ts";
import type { Segment } from "../segment.ts";
import type { SegmentList } from "../segment-list.ts";

/** What a pass would cover. */
export interface CompactionPlan extends CompactionNeed {
  /** Closed segments from the log's first one on, those that are clean already too. */
  readonly segments: readonly Segment[];
}

interface PlanInput {
  readonly log: PartitionLog;
  readonly segments: SegmentList;
  /** Closed segments below have their end and their indexes on disk. */
  readonly recoveryPoint: Offset;
  readonly now: TimestampMs;
  readonly keepFrom: Offset | undefined;
}

const RELATIVE_OFFSETS = 2_147_483_648; // indexes keep 32 bits; half of it, like positions

/**
 * What may be compacted: whole closed segments below the last stable offset, below what a holder may read again, and old enough; and whether it is time. undefined:
 * nothing of it is new.
 */
export function planCompaction(input: PlanInput): CompactionPlan | undefined {
  const { log, segments: list, now } = input;
  const { minCompactionLagMs, maxCompactionLagMs, minCleanableDirtyRatio } = log.settings;
  const limit = Math.min(log.lastStableOffset, input.recoveryPoint, input.keepFrom ?? Infinity);
  const segments: Segment[] = [];
  for (const segment of list.all) {
    if (segment === list.active || segment.endOffset > limit) break;
    if (minCompactionLagMs > 0 && now - list.maxTimestampOf(segment) < minCompactionLagMs) break;
    segments.push(segment);
  }
  const dirty = segments.filter((segment) => segment.endOffset > log.cleanEndOffset);
  const [firstDirty] = dirty;
  if (firstDirty === undefined) return undefined;
  const dirtyBytes = sizeOf(dirty);
  const cleanBytes = sizeOf(segments) - dirtyBytes;
  const dirtyRatio = dirtyBytes === 0 ? 0 : dirtyBytes / (dirtyBytes + cleanBytes);
  const isOverdue = maxCompactionLagMs < Number.MAX_SAFE_INTEGER && now - firstTimestampOf(firstDirty, list) > maxCompactionLagMs;
  return { segments, cleanBytes, dirtyBytes, dirtyRatio, isDue: dirtyRatio > minCleanableDirtyRatio || isOverdue };
}

/** Neighbours that fit into one segment together become one: compaction would leave ever smaller files otherwise. */
export function groupSegments(segments: readonly Segment[], segmentBytes: number): Segment[][] {
  const bytesMax = Math.min(segmentBytes, SEGMENT_POSITION_END - STAGED_BYTES_MAX);
  const groups: Segment[][] = [];
  let group: Segment[] = [];
  let bytes = 0;
  for (const segment of segments) {
    const [first] = group;
    const isFull = bytes + segment.sizeBytes > bytesMax || (first !== undefined && segment.endOffset - first.baseOffset > RELATIVE_OFFSETS);
    if (group.length === 0 || isFull) {
      group = [];
      groups.push(group);
      bytes = 0;
    }
    group.push(segment);
    bytes += segment.sizeBytes;
  }
  return groups;
}

function sizeOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
}

/** Timestamp of the segment's first batch, as Kafka has it. */
function firstTimestampOf(segment: Segment, list: SegmentList): TimestampMs {
  const header = new Uint8Array(BATCH_HEADER_BYTES);
  if (list.partsOf(segment).file.read(0, header) < header.length) return NO_TIMESTAMP;
  const view = new RecordBatchView(header);
  return view.deleteHorizonMs === undefined ? view.baseTimestamp : view.maxTimestamp;
}
