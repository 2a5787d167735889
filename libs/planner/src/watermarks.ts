import { EVENT_TIME_AHEAD_MAX_MS, type JobGraph, type OperatorNode, type WatermarkSettings } from "@millrace/model";

/** Greatest event time that an eventTime operator saw in one source task in one batch. */
export interface EventTimeSeen {
  readonly operatorId: string;
  readonly source: string;
  readonly index: number;
  readonly maxMs: number;
}

/** What is known of one source partition for one eventTime operator. */
export interface TrackedPartition {
  readonly operatorId: string;
  readonly source: string;
  readonly index: number;
  readonly maxMs: number | undefined;
  /** Batch time of the last batch that had a record of it; the job's zero time before. */
  readonly seenAtMs: number;
  /** Least value of the job's watermark, known from before a restart (scope "job"). */
  readonly floorMs?: number;
}

/** Watermarks in force in a batch: `lateMs` = wm(t-1), `evictMs` = wm(t); undefined until the first record. */
export interface WatermarkStep {
  readonly operatorId: string;
  readonly lateMs: number | undefined;
  readonly evictMs: number | undefined;
}

/** An eventTime operator as watermarks are made from it. */
export interface EventTimeOperator {
  readonly id: string;
  readonly delayMs: number;
  readonly idleAfterMs: number;
  readonly merge: "min" | "max";
  /** Sources whose records reach it. */
  readonly sources: readonly string[];
}

interface Step {
  readonly batchTimeMs: number;
  /** Time of the batch before: what it saw counts, however long ago that is. Absent: idleness goes by time alone. */
  readonly lastBatchMs?: number;
  readonly last: readonly WatermarkStep[];
  readonly exhausted: (source: string, index: number) => boolean;
  readonly final: boolean;
  readonly settings?: WatermarkSettings | undefined;
}

/** The eventTime operators of a graph that make a watermark. */
export function eventTimeOperatorsOf(graph: JobGraph): readonly EventTimeOperator[] {
  const byId = new Map(graph.operators.map((operator) => [operator.id, operator]));
  return graph.operators.flatMap((operator) => {
    if (operator.kind !== "eventTime" || operator.delayMs === "none") return [];
    const { id, delayMs, idleAfterMs, merge = "min" } = operator;
    return [{ id, delayMs, idleAfterMs, merge, sources: sourcesAbove(operator, byId) }];
  });
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
 * wm(t) of each event-time operator: the least (max - delay) over source partitions that are neither idle at `batchTimeMs` (without records for `idleAfterMs`, the batch before
 * included) nor exhausted (or of the greatest time of all, for a source that merges by "max"); undefined while such a partition has not spoken; held when none is left;
 * never below the last one. With scope "job" all have one value, Spark's.
 */
export function nextWatermarks(
  operators: readonly EventTimeOperator[],
  tracked: readonly TrackedPartition[],
  options: Step,
): WatermarkStep[] {
  const { settings } = options;
  const common = settings?.scope === "job" ? advanceJob(operators, tracked, { ...options, policy: settings.policy }) : undefined;
  return operators.map((operator) => {
    const last = options.last.find((step) => step.operatorId === operator.id)?.evictMs;
    const lateMs = common === undefined ? last : (last ?? 0);
    const evictMs = options.final ? Infinity : (common ?? advance(operator, tracked, { ...options, lateMs }));
    return { operatorId: operator.id, lateMs, evictMs };
  });
}

/** What is still known after a restart: with scope "job" only the job's watermark, no partition's own time, as Spark saves only the one value. */
export function trackedAfterRestart(
  operators: readonly EventTimeOperator[],
  tracked: readonly TrackedPartition[],
  { last, settings }: Pick<Step, "last" | "settings">,
): readonly TrackedPartition[] {
  if (settings?.scope !== "job") return tracked;
  const floorMs = advanceJob(operators, tracked, { last, policy: settings.policy });
  return tracked.map((partition) => ({ ...partition, maxMs: undefined, floorMs }));
}

/** Spark's rule: the least or greatest over the eventTime operators of their greatest time less the delay, 0 for one that has seen nothing. */
function advanceJob(
  operators: readonly EventTimeOperator[],
  tracked: readonly TrackedPartition[],
  { last, policy }: Pick<Step, "last"> & Pick<WatermarkSettings, "policy">,
): number {
  const values = operators.map((operator) => {
    const max = greatest(tracked.filter(({ operatorId }) => operatorId === operator.id));
    return max === undefined ? 0 : max - operator.delayMs;
  });
  const floors = tracked.map(({ floorMs = 0 }) => floorMs);
  const before = Math.max(0, ...floors, ...last.flatMap(({ evictMs }) => (evictMs === undefined ? [] : [evictMs])));
  if (values.length === 0) return before;
  return Math.max(before, policy === "max" ? Math.max(...values) : Math.min(...values));
}

function advance(
  operator: EventTimeOperator,
  tracked: readonly TrackedPartition[],
  options: Pick<Step, "batchTimeMs" | "lastBatchMs" | "exhausted"> & { readonly lateMs: number | undefined },
): number | undefined {
  const own = tracked.filter(({ operatorId }) => operatorId === operator.id);
  const { batchTimeMs, lastBatchMs = Infinity } = options;
  const spoke = ({ maxMs, seenAtMs }: TrackedPartition): boolean => maxMs !== undefined && seenAtMs >= lastBatchMs;
  const isActive = (partition: TrackedPartition): boolean =>
    !options.exhausted(partition.source, partition.index) && (batchTimeMs - partition.seenAtMs <= operator.idleAfterMs || spoke(partition));
  const active = own.filter(isActive);
  let least: number | undefined;
  for (const partition of active) {
    const maxMs = operator.merge === "max" ? greatest(own.filter(({ source }) => source === partition.source)) : partition.maxMs;
    if (maxMs === undefined) return options.lateMs;
    const watermark = maxMs - operator.delayMs;
    least = least === undefined ? watermark : Math.min(least, watermark);
  }
  if (least === undefined) return options.lateMs;
  return options.lateMs === undefined ? least : Math.max(least, options.lateMs);
}

function greatest(partitions: readonly TrackedPartition[]): number | undefined {
  let max: number | undefined;
  for (const { maxMs } of partitions) if (maxMs !== undefined && (max === undefined || maxMs > max)) max = maxMs;
  return max;
}

function sourcesAbove(operator: OperatorNode, byId: ReadonlyMap<string, OperatorNode>): string[] {
  const found = new Set<string>();
  const visit = (node: OperatorNode | undefined): void => {
    if (node === undefined) return;
    if (node.kind === "source") found.add(node.id);
    for (const parent of node.parents) visit(byId.get(parent));
  };
  visit(operator);
  return [...found].sort();
}

function keyOf(entry: { operatorId: string; source: string; index: number }): string {
  return `${entry.operatorId}/${entry.source}/${entry.index}`;
}
