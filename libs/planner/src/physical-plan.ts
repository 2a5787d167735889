import type { OperatorNode } from "@millrace/model";

/**
 * How a job graph is run: stages, each one root operator and everything that follows it without moving records, joined by shuffle edges.
 * The same graph always gives the same plan (edge numbers are part of the wire between workers).
 *
 * A stage has tasks. A source stage has one task per source partition; a keyed stage has one task per slot (a range of buckets).
 * `union` moves nothing: what follows it appears in the stage of each of its parents. A multi-input operator is the root of its own
 * stage only if it shuffles.
 */
export interface PhysicalPlan {
  readonly stages: readonly Stage[];
  readonly edges: readonly ShuffleEdge[];
  /** Operators by id, as in the graph. */
  readonly operators: ReadonlyMap<string, OperatorNode>;
  /** Batch-time slide of each stream in milliseconds: the batch interval, or what a window above it says. */
  readonly slideMs: ReadonlyMap<string, number>;
  /** Operators whose elements have an event time and a watermark. */
  readonly watermarked: ReadonlySet<string>;
  readonly warnings: readonly string[];
}

export interface Stage {
  readonly index: number;
  /** The source, or the operator on the receiving side of a shuffle. */
  readonly root: string;
  readonly tasks: "source-partitions" | "slots";
  /** Tasks of a keyed stage, if not one per slot: task n lives with slot n modulo the number of slots. */
  readonly taskCount?: number;
  /** Root first, then every operator reached without a shuffle, parents before children. */
  readonly operators: readonly string[];
  /** Edges that end at this stage's root; none for a source stage. */
  readonly inputs: readonly number[];
  /** Edges that start in this stage, in order of their parent operator. */
  readonly outputs: readonly number[];
}

/** From `from` (an operator of stage `fromStage`) to `to`, the root of stage `toStage`. One edge per (stage, from, to). */
export interface ShuffleEdge {
  readonly index: number;
  readonly fromStage: number;
  readonly from: string;
  readonly toStage: number;
  readonly to: string;
  /** key: by bucket of the element's key; spread: evenly, in turn; single: everything to slot 0 (count, reduce, transform, print, foreachBatch). */
  readonly routing: "key" | "spread" | "single";
  /** Whether the sending side combines per key before the shuffle. */
  readonly combine: boolean;
}
