import type { JobGraph, OperatorKind, OperatorNode, TopicSourceDescriptor } from "@millrace/model";

/** What planning batches needs to know of a graph; derived once. */
export interface JobShape {
  readonly sources: readonly { readonly id: string; readonly descriptor: TopicSourceDescriptor }[];
  readonly eventTimes: readonly EventTimeOperator[];
  /** Every grid point counts, also one without data: some operator's output depends on batch time or on empty batches. */
  readonly everyGridPoint: boolean;
  /** All sources end. */
  readonly bounded: boolean;
}

export interface EventTimeOperator {
  readonly id: string;
  readonly delayMs: number;
  readonly idleAfterMs: number;
  /** Sources whose records reach it. */
  readonly sources: readonly string[];
}

/** Kinds whose result at a grid point is something even when no record arrived. */
const GRID_KINDS: ReadonlySet<OperatorKind> = new Set<OperatorKind>([
  "window",
  "reduceByKeyAndWindow",
  "updateStateByKey",
  "mapWithState",
  "transform",
  "count",
  "foreachBatch",
  "print",
]);

export function shapeOf(graph: JobGraph): JobShape {
  const byId = new Map(graph.operators.map((operator) => [operator.id, operator]));
  const sources = graph.operators.flatMap((operator) =>
    operator.kind === "source" ? [{ id: operator.id, descriptor: operator.source }] : [],
  );
  const eventTimes = graph.operators.flatMap((operator) =>
    operator.kind === "eventTime"
      ? [{ id: operator.id, delayMs: operator.delayMs, idleAfterMs: operator.idleAfterMs, sources: ancestors(operator, byId) }]
      : [],
  );
  return {
    sources,
    eventTimes,
    everyGridPoint: graph.operators.some((operator) => GRID_KINDS.has(operator.kind)),
    bounded: sources.length > 0 && sources.every((source) => source.descriptor.until !== undefined),
  };
}

function ancestors(operator: OperatorNode, byId: ReadonlyMap<string, OperatorNode>): string[] {
  const found = new Set<string>();
  const visit = (node: OperatorNode | undefined): void => {
    if (node === undefined) return;
    if (node.kind === "source") found.add(node.id);
    for (const parent of node.parents) visit(byId.get(parent));
  };
  visit(operator);
  return [...found].sort();
}
