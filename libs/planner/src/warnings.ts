import type { JobGraph, OperatorNode } from "@millrace/model";
import { PANES_WARNED } from "./limits.ts";

/** What is allowed and probably not meant, each as `code: sentence`. */
export function warningsOf(graph: JobGraph, reached: ReadonlySet<string>): readonly string[] {
  const written = new Set(graph.operators.flatMap((operator) => (operator.kind === "sink" ? [operator.sink.topic] : [])));
  return graph.operators.flatMap((operator) => {
    if (!reached.has(operator.id)) return [`unused-operator: ${operator.id} leads to no output and does not run`];
    return warningsOfOperator(operator, written);
  });
}

function warningsOfOperator(operator: OperatorNode, written: ReadonlySet<string>): readonly string[] {
  const { id } = operator;
  switch (operator.kind) {
    case "source":
      if (!written.has(operator.source.topic) || operator.source.until === "latest") return [];
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
