import type { EventType, HistoryEvent, Key, Read } from "./history/event.ts";

/** A send with what is known of it. `offset` is undefined until it is acknowledged. */
export interface Send {
  readonly kind: "send";
  readonly key: Key;
  readonly value: number;
  readonly offset: number | undefined;
}

/** What one poll found in one key. */
export interface Found {
  readonly kind: "found";
  readonly key: Key;
  readonly reads: readonly Read[];
}

/** An invocation and what came of it. */
export interface Operation {
  /** Position among the operations, in the order of their invocations. */
  readonly index: number;
  readonly process: number;
  readonly f: HistoryEvent["f"];
  readonly outcome: Exclude<EventType, "invoke">;
  readonly invoke: HistoryEvent;
  /** The invocation again where the process never heard. */
  readonly completion: HistoryEvent;
  readonly steps: readonly (Send | Found)[];
}

/** Lines of an operation, for reports. */
export function linesOf({ invoke, completion }: Operation): readonly number[] {
  return invoke === completion ? [invoke.i] : [invoke.i, completion.i];
}

export function sendsOf(operation: Operation): readonly Send[] {
  return operation.steps.filter((step) => step.kind === "send");
}

export function foundBy(operation: Operation): readonly Found[] {
  return operation.steps.filter((step) => step.kind === "found");
}
