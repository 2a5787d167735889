import type { HistoryEvent, Step } from "./history/event.ts";
import { HistoryError } from "./history/history-error.ts";
import type { Found, Operation, Send } from "./operation.ts";

/** Invocations with their completions, in the order of invocation. Throws HistoryError where a process does two things at once, or goes on after an `info`. */
export function pairOperations(history: readonly HistoryEvent[]): Operation[] {
  const operations: Operation[] = [];
  const open = new Map<number, { readonly index: number; readonly invoke: HistoryEvent }>();
  const retired = new Set<number>();
  const close = (index: number, invoke: HistoryEvent, completion: HistoryEvent, outcome: Operation["outcome"]): void => {
    const { p: process, f } = invoke;
    operations[index] = { index, process, f, outcome, invoke, completion, steps: stepsOf(completion, invoke) };
  };
  let count = 0;
  for (const event of history) {
    // One that retired may still be seen to go.
    if (retired.has(event.p) && event.f !== "crash")
      throw new HistoryError(event.i, `process ${event.p} goes on after an info: its successor needs a new number`);
    const pending = open.get(event.p);
    if (event.f === "own") {
      close(count++, event, event, "ok");
    } else if (event.f === "crash") {
      if (pending !== undefined) close(pending.index, pending.invoke, pending.invoke, "info");
      open.delete(event.p);
      retired.add(event.p);
      close(count++, event, event, "info");
    } else if (event.type === "invoke") {
      if (pending !== undefined) throw new HistoryError(event.i, `process ${event.p} still has line ${pending.invoke.i} under way`);
      open.set(event.p, { index: count++, invoke: event });
    } else {
      if (pending?.invoke.f !== event.f) throw new HistoryError(event.i, `process ${event.p} completes a ${event.f} that it did not begin`);
      open.delete(event.p);
      if (event.type === "info") retired.add(event.p);
      close(pending.index, pending.invoke, event, event.type);
    }
  }
  for (const { index, invoke } of open.values()) close(index, invoke, invoke, "info");
  return operations;
}

function stepsOf(completion: HistoryEvent, invoke: HistoryEvent): readonly (Send | Found)[] {
  if (!("v" in completion) || !("v" in invoke)) return [];
  if (completion.f !== "send" && completion.f !== "poll" && completion.f !== "txn") return [];
  if (!Array.isArray(completion.v)) throw new HistoryError(completion.i, "v must be a list of steps");
  return completion.v.flatMap((step: Step) => toSteps(step, completion.i));
}

function toSteps(step: Step, line: number): readonly (Send | Found)[] {
  if (step[0] === "send") {
    const [, key, what] = step;
    const [offset, value] = typeof what === "number" ? [undefined, what] : what;
    return [{ kind: "send", key, value, offset }];
  }
  const [name, found = {}] = step;
  if ((name as string) !== "poll") throw new HistoryError(line, `no such step: ${name}`);
  return Object.entries(found).map(([key, reads]) => ({ kind: "found", key, reads }));
}
