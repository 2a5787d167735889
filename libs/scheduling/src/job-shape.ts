import type { JobGraph, OperatorNode, SourceDescriptor, WatermarkSettings } from "@millrace/model";
import { type EventTimeOperator, eventTimeOperatorsOf } from "@millrace/planner";

/** What planning batches needs to know of a graph; derived once. */
export interface JobShape {
  readonly sources: readonly { readonly id: string; readonly descriptor: SourceDescriptor }[];
  readonly eventTimes: readonly EventTimeOperator[];
  readonly watermarks?: WatermarkSettings | undefined;
  /** Every grid point counts, also one without data: some operator's output depends on batch time or on empty batches. */
  readonly everyGridPoint: boolean;
  /** All sources end. */
  readonly bounded: boolean;
}

/** Kinds whose result at a grid point is something even when no record arrived. */
const GRID_KINDS: ReadonlySet<OperatorNode["kind"]> = new Set<OperatorNode["kind"]>([
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
  const sources = graph.operators.flatMap((operator) =>
    operator.kind === "source" ? [{ id: operator.id, descriptor: operator.source }] : [],
  );
  return {
    sources,
    eventTimes: eventTimeOperatorsOf(graph),
    watermarks: graph.settings.watermarks,
    everyGridPoint: graph.operators.some(needsEveryGridPoint),
    bounded: sources.length > 0 && sources.every(({ descriptor }) => descriptor.type === "topic" && descriptor.until !== undefined),
  };
}

/** State whose life ends by batch time needs grid points without records, and so does what shows each batch. */
function needsEveryGridPoint(operator: OperatorNode): boolean {
  switch (operator.kind) {
    case "process":
      return operator.timers === "batch";
    case "mapGroupsWithState":
      return operator.timeout === "batch";
    default:
      return GRID_KINDS.has(operator.kind);
  }
}
