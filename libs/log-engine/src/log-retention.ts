import type { Offset, TimestampMs } from "@millrace/model";
import type { Storage } from "@millrace/ports";
import type { PartitionLog, RetentionResult } from "./partition-log.ts";
import type { Segment } from "./segment.ts";
import type { SegmentList } from "./segment-list.ts";

interface RetainOptions {
  readonly now: TimestampMs;
  readonly keepFrom?: Offset;
  readonly log: PartitionLog;
  readonly segments: SegmentList;
  readonly storage: Storage;
  /** Starts a new segment, so that an expired active one can go. */
  readonly roll: () => void;
}

const KINDS = ["log", "index", "timeindex", "txnindex"] as const;

/**
 * Deletes whole segments from the front: those below the log start, over the size or over the age, never at or above the high watermark or `keepFrom`
 * (R19). First the log start moves durably, then files go: a crash between leaves files that the next opening removes.
 */
export async function retain(options: RetainOptions, moveStart: (offset: Offset) => Promise<void>): Promise<RetentionResult> {
  const { log, segments } = options;
  const limitOffset = Math.min(log.highWatermark, options.keepFrom ?? log.highWatermark);
  if (isExpired(segments.active, options) && log.stagedBytes === 0 && segments.active.endOffset <= limitOffset) options.roll();
  const victims = chooseVictims(options, limitOffset);
  if (victims.length > 0) {
    await log.sync(); // finishes rolls: no file of a pending one may go
    await moveStart(victims.at(-1)?.endOffset ?? log.logStartOffset);
    for (const victim of victims) {
      segments.dropFirst();
      for (const kind of KINDS) options.storage.remove(segments.path(victim.baseOffset, kind));
    }
    await options.storage.syncFolder(log.folder);
  }
  const deletedBytes = victims.reduce((sum, victim) => sum + victim.sizeBytes, 0);
  return { deletedSegments: victims.length, deletedBytes, logStartOffset: log.logStartOffset };
}

function chooseVictims(options: RetainOptions, limitOffset: number): Segment[] {
  const { log, segments } = options;
  const { retentionBytes } = log.settings;
  const victims: Segment[] = [];
  let keptBytes = log.sizeBytes;
  for (const segment of segments.all) {
    if (segment === segments.active || segment.endOffset > limitOffset) break;
    const isOver = retentionBytes >= 0 && keptBytes - segment.sizeBytes >= retentionBytes;
    const isEmptied = segment.sizeBytes === 0 && log.settings.retentionMs >= 0; // by compaction
    if (!isOver && !isEmptied && segment.endOffset > log.logStartOffset && !isExpired(segment, options)) break;
    victims.push(segment);
    keptBytes -= segment.sizeBytes;
  }
  return victims;
}

function isExpired(segment: Segment, options: RetainOptions): boolean {
  const { retentionMs } = options.log.settings;
  if (retentionMs < 0 || segment.sizeBytes === 0) return false;
  const newest = options.segments.maxTimestampOf(segment);
  return newest >= 0 && options.now - newest > retentionMs;
}
