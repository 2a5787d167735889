import type { JobSettings } from "@millrace/model";
import { nextWatermarks, type TrackedPartition, type WatermarkStep } from "@millrace/planner";
import type { BatchPlan, SourcePartition, SourceRange } from "./job-record.ts";
import type { JobShape } from "./job-shape.ts";
import { MISSED_BATCHES_MAX } from "./limits.ts";

/** Where a job stands after its last batch. */
export interface JobProgress {
  readonly lastBatch: number;
  /** Time of the last batch; the zero time before the first. */
  readonly lastTimeMs: number;
  /** Next offset per source partition, in the order of `sources`. */
  readonly positions: readonly number[];
  readonly tracked: readonly TrackedPartition[];
  readonly lastWatermarks: readonly WatermarkStep[];
  /** Some operator holds what a later watermark would emit or evict. */
  readonly statePending: boolean;
  readonly finalDone: boolean;
}

export interface PlanInput {
  readonly shape: JobShape;
  readonly settings: JobSettings;
  readonly sources: readonly SourcePartition[];
  readonly progress: JobProgress;
  /** Last stable offset per source partition, in the order of `sources`. */
  readonly ends: readonly number[];
  /** What a source that is no topic says of what there is to read, in the same order. */
  readonly notes?: readonly (string | undefined)[];
  readonly nowMs: number;
  /** Plan the next batch whatever there is to read: the last one before a stop. */
  readonly force: boolean;
  readonly digest: (text: string) => string;
}

export type PlanDecision =
  | { readonly kind: "plan"; readonly plan: BatchPlan; readonly lagRecords: number }
  /** Not yet: ask again in this long, with new ends. */
  | { readonly kind: "wait"; readonly delayMs: number; readonly lagRecords: number }
  /** Bounded input is done and the final batch has run. */
  | { readonly kind: "finished" };

/**
 * Decides the next batch, or that there is none yet. Deterministic: clock and offsets are arguments, and what it returns is recorded
 * before it runs. Bounded jobs run batch after batch; others wait for their grid point, and skip empty points nobody needs.
 */
export function planNextBatch(input: PlanInput): PlanDecision {
  const { shape, progress } = input;
  if (progress.finalDone) return { kind: "finished" };
  const limits = input.sources.map((source, i) => Math.min(source.endOffset ?? Infinity, input.ends[i] ?? 0));
  const lags = limits.map((limit, i) => Math.max(0, limit - (progress.positions[i] ?? 0)));
  const lagRecords = lags.reduce((sum, lag) => sum + lag, 0);
  const exhausted = shape.bounded && input.sources.every((source, i) => (progress.positions[i] ?? 0) >= (source.endOffset ?? Infinity));
  const timeMs = batchTime(input);
  if (!shape.bounded && !input.force) {
    if (timeMs > input.nowMs) return { kind: "wait", delayMs: timeMs - input.nowMs, lagRecords };
    if (!worthRunning(input, lagRecords, timeMs)) return { kind: "wait", delayMs: input.settings.batchIntervalMs, lagRecords };
  }
  if (shape.bounded && lagRecords === 0 && !exhausted && !input.force)
    return { kind: "wait", delayMs: input.settings.batchIntervalMs, lagRecords };
  const ranges = shareOfLag(input, lags);
  const plan = { batch: progress.lastBatch + 1, timeMs, ranges, watermarks: watermarksAt(input, timeMs, exhausted), final: exhausted };
  return { kind: "plan", plan: { ...plan, digest: input.digest(canonicalPlan(plan)) }, lagRecords: lagRecords - recordCount(ranges) };
}

/** The text whose hash identifies a plan: a mark with another digest for the same batch means that history was rewritten. */
export function canonicalPlan(plan: Omit<BatchPlan, "digest">): string {
  const watermarks = plan.watermarks.map((step) => [step.operatorId, String(step.lateMs), String(step.evictMs)]);
  const ranges = plan.ranges.map(({ source, index, startOffset, endOffset, note }) => [
    ...[source, index, startOffset, endOffset],
    ...(note === undefined ? [] : [note]),
  ]);
  return JSON.stringify([plan.batch, plan.timeMs, ranges, watermarks, plan.final]);
}

export function recordCount(ranges: readonly SourceRange[]): number {
  return ranges.reduce((sum, range) => sum + range.endOffset - range.startOffset, 0);
}

/** The next grid point; later ones when the job is behind and nobody needs the points between. */
function batchTime({ shape, settings, progress, nowMs }: PlanInput): number {
  const interval = settings.batchIntervalMs;
  const next = progress.lastTimeMs + interval;
  if (shape.bounded || next >= nowMs) return next;
  const newest = progress.lastTimeMs + Math.floor((nowMs - progress.lastTimeMs) / interval) * interval;
  if (!shape.everyGridPoint) return newest;
  return (newest - next) / interval > MISSED_BATCHES_MAX ? newest : next;
}

function worthRunning(input: PlanInput, lagRecords: number, timeMs: number): boolean {
  if (input.shape.everyGridPoint || lagRecords > 0) return true;
  if (!input.progress.statePending) return false;
  return watermarksAt(input, timeMs, false).some((step) => step.evictMs !== step.lateMs);
}

function watermarksAt(input: PlanInput, batchTimeMs: number, final: boolean): WatermarkStep[] {
  const exhausted = new Set(
    input.sources.flatMap((source, i) =>
      source.endOffset !== undefined && (input.progress.positions[i] ?? 0) >= source.endOffset ? [`${source.source}/${source.index}`] : [],
    ),
  );
  return nextWatermarks(input.shape.eventTimes, input.progress.tracked, {
    batchTimeMs,
    lastBatchMs: input.progress.lastTimeMs,
    last: input.progress.lastWatermarks,
    exhausted: (source, index) => exhausted.has(`${source}/${index}`),
    final,
    settings: input.shape.watermarks,
  });
}

/** All of the lag if it fits, else each partition's share of it, oldest first, at least one record where there is any. */
function shareOfLag({ shape, sources, progress, settings, notes }: PlanInput, lags: readonly number[]): SourceRange[] {
  const total = lags.reduce((sum, lag) => sum + lag, 0);
  const share = total <= settings.maxRecordsPerBatch ? 1 : settings.maxRecordsPerBatch / total;
  return sources.flatMap((source, i) => {
    const lag = lags[i] ?? 0;
    if (lag === 0) return [];
    const startOffset = progress.positions[i] ?? 0;
    const count = share === 1 ? lag : Math.min(lag, Math.max(1, Math.floor(lag * share)));
    const endOffset = startOffset + Math.min(count, stepsMaxOf(shape, source.source));
    const note = notes?.[i];
    return [{ source: source.source, index: source.index, startOffset, endOffset, ...(note === undefined ? {} : { note }) }];
  });
}

/** Steps that a batch takes of one split of a source, as far as its author says. */
export function stepsMaxOf({ sources }: JobShape, source: string): number {
  const descriptor = sources.find(({ id }) => id === source)?.descriptor;
  return descriptor?.type === "connector" ? (descriptor.stepsPerBatchMax ?? Infinity) : Infinity;
}
