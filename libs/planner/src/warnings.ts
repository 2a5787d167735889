import type { JobGraph, OperatorNode } from "@millrace/model";
import { PANES_WARNED } from "./limits.ts";

/** What is allowed and probably not meant, each as `code: sentence`. */
export function warningsOf(
  graph: JobGraph,
  { reached, watermarked }: { readonly reached: ReadonlySet<string>; readonly watermarked: ReadonlySet<string> },
): readonly string[] {
  const written = new Set(
    graph.operators.flatMap((operator) => (operator.kind === "sink" && operator.sink.type === "topic" ? [operator.sink.topic] : [])),
  );
  return graph.operators.flatMap((operator) => {
    if (!reached.has(operator.id)) return [`unused-operator: ${operator.id} leads to no output and does not run`];
    const unbounded = unboundedState(
      operator,
      operator.parents.every((parent) => watermarked.has(parent)),
    );
    return [...warningsOfOperator(operator, written), ...(unbounded === undefined ? [] : [`unbounded-state: ${operator.id} ${unbounded}`])];
  });
}

/** Why the operator's state would grow for ever; undefined if something bounds it, or the author said that it is meant. */
function unboundedState(operator: OperatorNode, hasWatermark: boolean): string | undefined {
  switch (operator.kind) {
    case "aggregateByTimeWindow":
      if (operator.unbounded === true || (operator.mode !== "complete" && hasWatermark)) return undefined;
      return operator.mode === "complete"
        ? "keeps every window for ever in complete mode: say { unbounded: true } if that is meant"
        : "has no watermark and keeps every window for ever: give withEventTime a { watermark }";
    case "aggregateBySession":
      if (operator.unbounded === true || operator.mode !== "complete") return undefined;
      return "keeps every session for ever in complete mode: say { unbounded: true } if that is meant";
    case "aggregateByKey":
      if (operator.unbounded === true || operator.ttlMs !== undefined) return undefined;
      return "keeps every key for ever: give it a { ttl }, or say { unbounded: true }";
    case "dropDuplicates":
      if (operator.unbounded === true || operator.ttlMs !== undefined || operator.until !== "ever") return undefined;
      return "remembers every key for ever: use dropDuplicatesWithinWatermark, give it a { ttl }, or say { unbounded: true }";
    case "joinWithin":
      if (operator.unbounded === true || (operator.bounds !== undefined && hasWatermark)) return undefined;
      return "keeps every row of both sides for ever: give it { before, after } and both streams a watermark, or say { unbounded: true }";
    case "process":
      if (operator.unbounded === true || operator.timers !== "none") return undefined;
      if (Object.values(operator.variables).every(({ ttlMs }) => ttlMs !== undefined)) return undefined;
      return "has neither timers nor a ttl to forget a key by: give its variables a { ttl }, or say { unbounded: true }";
    case "mapGroupsWithState":
      if (operator.unbounded === true || operator.timeout !== "none") return undefined;
      return "has no time-out to forget a key by: give it a { timeout }, or say { unbounded: true }";
    default:
      return undefined;
  }
}

function warningsOfOperator(operator: OperatorNode, written: ReadonlySet<string>): readonly string[] {
  const { id } = operator;
  switch (operator.kind) {
    case "source":
      if (operator.source.type !== "topic" || !written.has(operator.source.topic) || operator.source.until === "latest") return [];
      return [`topic-loop: ${id} reads ${operator.source.topic}, which the same job writes: its output becomes its input`];
    case "reduceByKeyAndWindow":
      if (!operator.inverse || operator.filtered || operator.oneKey === true) return [];
      return [`unbounded-state: ${id} is incremental without a filter and keeps every key for ever: give it { filter }`];
    case "aggregateByTimeWindow": {
      const { sizeMs, slideMs } = operator.window;
      if (slideMs > sizeMs) return [`window-gaps: ${id} slides by more than its size: elements between two windows are in none`];
      const panes = Math.ceil(sizeMs / slideMs);
      return panes > PANES_WARNED ? [`many-panes: ${id} keeps each element in ${panes} windows: use a longer slide`] : [];
    }
    default:
      return [];
  }
}
