import type { JobGraph, OperatorNode } from "@millrace/model";
import { planError } from "./errors.ts";

/** How long a stream's batches must be kept, and how often its state is saved (undefined: it keeps none, or checkpoints are off). */
export interface Retention {
  readonly rememberMs: number;
  readonly checkpointMs: number | undefined;
}

/** Default checkpoint interval of keyed state: the first multiple of the slide that is not below this. */
const CHECKPOINT_MS_LEAST = 10_000;
/** mapWithState is saved every so many slides. */
const MAP_STATE_SLIDES = 10;

/**
 * Per stream max(slide, 2 · checkpoint interval, the job's rememberMs, what its children ask); a window asks its parent for its own and the
 * window's length. A batch is forgotten when its time ≤ t − rememberMs (semantics §9).
 */
export function retentionOf(graph: JobGraph, slideMs: ReadonlyMap<string, number>): ReadonlyMap<string, Retention> {
  const asked = new Map<string, number>();
  const result = new Map<string, Retention>();
  for (const operator of graph.operators.toReversed()) {
    const slide = slideMs.get(operator.id) ?? graph.settings.batchIntervalMs;
    const checkpointMs = graph.settings.checkpointIntervalMs === "off" ? undefined : checkpointOf(operator, slide);
    const own = Math.max(slide, graph.settings.rememberMs ?? 0, asked.get(operator.id) ?? 0);
    // A mapWithState keeps its state apart from what it yields: only the latter is asked for by its children.
    const kept = checkpointMs === undefined ? own : Math.max(own, 2 * checkpointMs);
    const hidden = operator.kind === "mapWithState";
    result.set(operator.id, hidden ? { rememberMs: own, checkpointMs: undefined } : { rememberMs: kept, checkpointMs });
    for (const parent of operator.parents) asked.set(parent, Math.max(asked.get(parent) ?? 0, kept + windowOf(operator)));
  }
  return result;
}

/** Refuses checkpoint intervals that the stream's batches do not meet. */
export function checkCheckpointIntervals(graph: JobGraph, slideMs: ReadonlyMap<string, number>): void {
  for (const { id, checkpointMs } of graph.operators) {
    const slide = slideMs.get(id) ?? graph.settings.batchIntervalMs;
    if (checkpointMs === undefined || (checkpointMs >= slide && checkpointMs % slide === 0)) continue;
    const message = "a checkpoint interval must be a multiple of the stream's slide: change it";
    throw planError("checkpoint-interval-invalid", message, { operator: id, checkpointMs, slideMs: slide });
  }
}

function windowOf(operator: OperatorNode): number {
  return operator.kind === "window" || operator.kind === "reduceByKeyAndWindow" ? operator.windowMs : 0;
}

function checkpointOf(operator: OperatorNode, slide: number): number | undefined {
  if (operator.checkpointMs !== undefined) return operator.checkpointMs;
  if (operator.kind === "mapWithState") return MAP_STATE_SLIDES * slide;
  const isKept = operator.kind === "updateStateByKey" || (operator.kind === "reduceByKeyAndWindow" && operator.inverse);
  return isKept ? slide * Math.ceil(CHECKPOINT_MS_LEAST / slide) : undefined;
}
