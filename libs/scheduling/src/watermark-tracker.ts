import { EVENT_TIME_AHEAD_MAX_MS } from "@millrace/model";
import type { TrackedPartition, WatermarkStep } from "./job-record.ts";
import type { EventTimeOperator } from "./job-shape.ts";

/** Greatest event time that one source task saw in one batch. */
export interface EventTimeSeen {
  readonly operatorId: string;
  readonly source: string;
  readonly index: number;
  readonly maxMs: number;
}

/** Adds what a batch saw. Applying the same batch again changes nothing: replays are safe. */
export function trackEventTimes(
  tracked: readonly TrackedPartition[],
  seen: readonly EventTimeSeen[],
  batchTimeMs: number,
): TrackedPartition[] {
  const bySource = new Map(seen.map((entry) => [keyOf(entry), entry]));
  return tracked.map((partition) => {
    const entry = bySource.get(keyOf(partition));
    if (entry === undefined) return partition;
    const capped = Math.min(entry.maxMs, batchTimeMs + EVENT_TIME_AHEAD_MAX_MS);
    return {
      ...partition,
      maxMs: partition.maxMs === undefined ? capped : Math.max(partition.maxMs, capped),
      seenAtMs: Math.max(partition.seenAtMs, batchTimeMs),
    };
  });
}

/**
 * wm(t) of each event-time operator: the least (max - delay) over source partitions that are neither idle at `batchTimeMs` nor
 * exhausted; undefined while such a partition has not spoken; held when none is left; never below the last one (stream-semantics §10).
 */
export function nextWatermarks(
  operators: readonly EventTimeOperator[],
  tracked: readonly TrackedPartition[],
  options: { batchTimeMs: number; last: readonly WatermarkStep[]; exhausted: (source: string, index: number) => boolean; final: boolean },
): WatermarkStep[] {
  return operators.map((operator) => {
    const lateMs = options.last.find((step) => step.operatorId === operator.id)?.evictMs;
    const evictMs = options.final ? Infinity : advance(operator, tracked, { ...options, lateMs });
    return { operatorId: operator.id, lateMs, evictMs };
  });
}

function advance(
  operator: EventTimeOperator,
  tracked: readonly TrackedPartition[],
  options: { batchTimeMs: number; lateMs: number | undefined; exhausted: (source: string, index: number) => boolean },
): number | undefined {
  let least: number | undefined;
  for (const partition of tracked) {
    if (partition.operatorId !== operator.id) continue;
    if (options.exhausted(partition.source, partition.index)) continue;
    if (options.batchTimeMs - partition.seenAtMs > operator.idleAfterMs) continue;
    if (partition.maxMs === undefined) return options.lateMs;
    const watermark = partition.maxMs - operator.delayMs;
    least = least === undefined ? watermark : Math.min(least, watermark);
  }
  if (least === undefined) return options.lateMs;
  return options.lateMs === undefined ? least : Math.max(least, options.lateMs);
}

function keyOf(entry: { operatorId: string; source: string; index: number }): string {
  return `${entry.operatorId}/${entry.source}/${entry.index}`;
}
