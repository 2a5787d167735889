import type { OperatorNode } from "@millrace/model";
import type { OperatorEnvironment } from "../operators/environment.ts";
import type { RootOperator } from "./root.ts";

/** Operators whose whole stream comes together in slot 0. */

/** `count`: exactly one element per batch, 0 for an empty one; in the first task, if it was given several. */
export function countRoot(environment: OperatorEnvironment, task: number): RootOperator {
  let count = 0;
  return {
    receive(rows) {
      for (const value of rows.values) count += Number(value);
    },
    endBatch(emit) {
      const total = count;
      count = 0;
      if (task !== 0 || !environment.batch.isPresent(environment.operator.id)) return;
      environment.counts.recordsOut++;
      emit(total, NaN);
    },
  };
}

/** `reduce`: one element, none for an empty batch. */
export function reduceRoot(environment: OperatorEnvironment, merge: (left: unknown, right: unknown) => unknown): RootOperator {
  let held: { value: unknown } | undefined;
  return {
    receive(rows) {
      for (const value of rows.values) {
        if (held === undefined) held = { value };
        else held.value = merge(held.value, value);
      }
    },
    endBatch(emit) {
      const result = held;
      held = undefined;
      if (result === undefined) return;
      environment.counts.recordsOut++;
      emit(result.value, NaN);
    },
  };
}

/** `foreachBatch`: the user's function gets all elements in partition order, also of an empty batch; the batch waits for it. */
export function foreachBatchRoot(environment: OperatorEnvironment, jobId: string): RootOperator {
  const f = environment.required("f");
  let elements: unknown[] = [];
  return {
    receive(rows) {
      for (const value of rows.values) elements.push(value);
    },
    async endBatch() {
      const { batch, operator } = environment;
      const given = elements;
      elements = [];
      if (!batch.isPresent(operator.id)) return;
      environment.call("f").enter();
      try {
        await f(given, batch.timeMs, `${jobId}/${operator.id}/${batch.batch}`);
      } catch (error) {
        environment.fail("f", error);
      }
    },
  };
}

/** `print`: the time, the first elements in partition order, `...` if there are more; also for an empty batch. */
export function printRoot(environment: OperatorEnvironment<OperatorNode & { kind: "print" }>, print: (text: string) => void): RootOperator {
  const { batch, operator } = environment;
  const shownMax = operator.count;
  let elements: unknown[] = [];
  return {
    receive(rows) {
      for (const value of rows.values) if (elements.length <= shownMax) elements.push(value);
    },
    endBatch() {
      const shown = elements;
      elements = [];
      if (!batch.isPresent(operator.id)) return;
      const lines = shown.slice(0, shownMax).map(textOf);
      if (shown.length > shownMax) lines.push("...");
      print([`-- ${operator.name} at ${new Date(batch.timeMs).toISOString()}`, ...lines, ""].join("\n"));
    },
  };
}

function textOf(element: unknown): string {
  if (typeof element === "string") return element;
  try {
    const text: unknown = JSON.stringify(element, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
    return typeof text === "string" ? text : String(element);
  } catch {
    return "[element that cannot be shown]";
  }
}
