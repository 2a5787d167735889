import { assertTopicName, isInternalTopic, type JobGraph, type OperatorNode } from "@millrace/model";
import { planError } from "./errors.ts";
import { OPERATORS_MAX, UNION_PARENTS_MAX } from "./limits.ts";
import { isOutput } from "./operator-traits.ts";

/** Refuses a graph whose parts do not fit together: ids, parents, outputs, topics. */
export function checkStructure(graph: JobGraph): void {
  const { formatVersion, operators }: { formatVersion: number; operators: readonly OperatorNode[] } = graph;
  if (formatVersion !== 1) {
    const message = "the job graph is of a newer format: submit it with the version of millrace that the cluster runs";
    throw planError("graph-version-unsupported", message, { formatVersion });
  }
  if (operators.length > OPERATORS_MAX) {
    throw planError("graph-too-large", `a job has at most ${OPERATORS_MAX} operators: split it`, { operators: operators.length });
  }
  const before = new Map<string, OperatorNode>();
  for (const operator of operators) {
    if (before.has(operator.id)) {
      throw planError("duplicate-operator-name", "two operators of the job have one name: give each its own", { name: operator.id });
    }
    checkParents(operator, before);
    checkOwn(operator);
    before.set(operator.id, operator);
  }
  if (!operators.some(isOutput)) {
    const message = "the job has no output, so nothing would run: end a stream with .to(kafka(...)), .foreachBatch(...) or .print()";
    throw planError("no-output-operation", message, { job: graph.name });
  }
}

function checkParents(operator: OperatorNode, before: ReadonlyMap<string, OperatorNode>): void {
  const { id, kind, parents } = operator;
  const expected = kind === "source" ? [0, 0] : kind === "union" ? [1, UNION_PARENTS_MAX] : [1, 1];
  const [min = 0, max = 0] = expected;
  if (parents.length < min || parents.length > max) {
    const message = min === max ? `takes ${min} parents` : `takes ${min} to ${max} parents`;
    throw planError("graph-malformed", `a ${kind} ${message}`, { operator: id, parents: parents.length });
  }
  for (const parent of parents) {
    const node = before.get(parent);
    if (node === undefined) {
      throw planError("unknown-parent", "an operator's parents must stand before it in the graph", { operator: id, parent });
    }
    if (isOutput(node)) throw planError("graph-malformed", "nothing can follow an output", { operator: id, parent });
  }
}

function checkOwn(operator: OperatorNode): void {
  const { id } = operator;
  switch (operator.kind) {
    case "source":
      assertTopicName(operator.source.topic);
      return;
    case "sink":
      assertTopicName(operator.sink.topic);
      if (isInternalTopic(operator.sink.topic)) {
        const message = "a job may not write to an internal topic: choose a name that does not start with __";
        throw planError("internal-topic", message, { operator: id, topic: operator.sink.topic });
      }
      return;
    case "eventTime":
      checkDuration(id, "delayMs", { value: operator.delayMs, min: 0 });
      checkDuration(id, "idleAfterMs", { value: operator.idleAfterMs, min: 1 });
      return;
    case "aggregateByTimeWindow": {
      const { sizeMs, slideMs, offsetMs } = operator.window;
      checkDuration(id, "sizeMs", { value: sizeMs, min: 1 });
      checkDuration(id, "slideMs", { value: slideMs, min: 1 });
      if (Number.isSafeInteger(offsetMs) && Math.abs(offsetMs) < slideMs) return;
      const message = "a window's offset must be whole milliseconds and shorter than its slide";
      throw planError("invalid-operator-setting", message, { operator: id, offsetMs, slideMs });
    }
    case "print":
      if (Number.isSafeInteger(operator.count) && operator.count >= 1) return;
      throw planError("invalid-operator-setting", "print shows at least 1 element", { operator: id, count: operator.count });
    default:
      return;
  }
}

/** A whole number of milliseconds, at least `min`. */
export function checkDuration(operator: string, setting: string, given: { readonly value: number; readonly min: number }): void {
  if (Number.isSafeInteger(given.value) && given.value >= given.min) return;
  const message = `${setting} must be a whole number of milliseconds of at least ${given.min}`;
  throw planError("invalid-duration", message, { operator, value: given.value });
}
