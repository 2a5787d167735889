import type { JobGraph, OperatorNode } from "@millrace/model";
import { planError } from "./errors.ts";

/** What a stream carries: rows that are final, rows that may come again, or whole tables. */
type Rows = "append" | "update" | "complete";

/**
 * Follows output modes through the graph. Sorting needs the whole table; a limit needs rows that do not come again; an output may say what its reader counts on.
 */
export function checkModes(graph: JobGraph): void {
  const rows = new Map<string, Rows>();
  const appendOnly = new Map<string, string>();
  for (const operator of graph.operators) {
    const inputs = operator.parents.map((parent) => rows.get(parent) ?? "append");
    const above = operator.parents.map((parent) => appendOnly.get(parent)).find((id) => id !== undefined);
    checkOperator(operator, inputs, above);
    rows.set(operator.id, rowsAfter(operator, inputs));
    const own = isAppendOnly(operator) ? operator.id : above;
    if (own !== undefined) appendOnly.set(operator.id, own);
  }
}

function rowsAfter(operator: OperatorNode, inputs: readonly Rows[]): Rows {
  switch (operator.kind) {
    case "aggregateByTimeWindow":
      return (operator.latenessMs ?? 0) > 0 && operator.mode !== "complete" ? "update" : (operator.mode ?? "append");
    case "aggregateBySession":
    case "aggregateByKey":
      return operator.mode ?? "append";
    case "mapGroupsWithState":
      return operator.mode ?? (operator.many ? "append" : "update");
    case "map":
    case "mapValues":
    case "flatMap":
    case "flatMapValues":
    case "filter":
    case "sort":
    case "limit":
      return inputs[0] ?? "append";
    default:
      return inputs.includes("complete") || inputs.includes("update") ? "update" : "append";
  }
}

function isAppendOnly(operator: OperatorNode): boolean {
  switch (operator.kind) {
    case "joinWithin":
    case "limit":
      return true;
    case "aggregateBySession":
      return operator.mode !== "complete";
    case "mapGroupsWithState":
      return operator.mode === "append";
    default:
      return false;
  }
}

function checkOperator(operator: OperatorNode, inputs: readonly Rows[], appendOnly: string | undefined): void {
  const { id } = operator;
  const [input = "append"] = inputs;
  switch (operator.kind) {
    case "aggregateByKey":
      if (!["update", "complete"].includes(operator.mode)) {
        const message =
          "an aggregation over all time has no row that is final: aggregate windows of event time, or choose update or complete mode";
        throw planError("append-needs-watermark", message, { operator: id });
      }
      refuseRepeated(operator, inputs);
      return;
    case "aggregateBySession":
      if (operator.mode === undefined || ["append", "complete"].includes(operator.mode)) return; // a graph from elsewhere may say update
      throw planError("mode-not-supported", "sessions grow and merge, so they have no update mode: use append or complete", {
        operator: id,
      });
    case "sort":
      if (input === "complete") return;
      throw planError("mode-not-supported", "only a whole table can be sorted: aggregate in complete mode before it", { operator: id });
    case "limit":
    case "joinWithin":
    case "dropDuplicates":
    case "mapGroupsWithState":
    case "process":
      if (operator.kind !== "limit" || input === "update") refuseRepeated(operator, inputs);
      return;
    case "foreachBatch":
    case "sink":
      checkOutput(operator, input, appendOnly);
      return;
    default:
      return;
  }
}

function refuseRepeated(operator: OperatorNode, inputs: readonly Rows[]): void {
  if (inputs.every((input) => input === "append")) return;
  const message = "an aggregation before this operator emits a row again whenever it changes: use append mode there";
  throw planError("mode-not-supported", message, { operator: operator.id, parents: operator.parents.join(", ") });
}

function checkOutput(operator: OperatorNode & { kind: "foreachBatch" | "sink" }, input: Rows, appendOnly: string | undefined): void {
  const { id, mode } = operator;
  if (mode === undefined || mode === input) return;
  if (mode === "complete") {
    const message = "complete mode needs an aggregation in complete mode before the output, and nothing that looks at single rows between";
    throw planError("mode-not-supported", message, { operator: id, rows: input });
  }
  if (mode === "update" && input === "append") {
    if (appendOnly === undefined) return; // rows that come once are a special case of rows that may come again
    const message = "joins, sessions and limits emit each row once: write them in append mode";
    throw planError("mode-not-supported", message, { operator: id, after: appendOnly });
  }
  const message = "the stream emits a row again when it changes: write it in the mode of the aggregation before it";
  throw planError("mode-not-supported", message, { operator: id, mode, rows: input });
}

/** Whether the operator's batches are whole tables: an aggregation in complete mode, and what only looks at its rows. */
export function isWholeTable(operators: ReadonlyMap<string, OperatorNode>, id: string): boolean {
  const operator = operators.get(id);
  if (operator === undefined) return false;
  const [parent = ""] = operator.parents;
  const input = isWholeTable(operators, parent) ? "complete" : "append";
  return rowsAfter(operator, [input]) === "complete";
}
