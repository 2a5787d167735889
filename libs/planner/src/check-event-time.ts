import type { JobGraph, OperatorNode } from "@millrace/model";
import { planError } from "./errors.ts";
import { traitsOf } from "./operator-traits.ts";

/** Event time of a stream: never had one, has one, or had one that an operator (named) dropped. */
type EventTime = { readonly kind: "none" } | { readonly kind: "timed" } | { readonly kind: "lost"; readonly at: string };

/**
 * Follows event time through the graph. A window on event time needs one with a watermark on every way into it, else it would never
 * close; an operator whose results belong to no single element drops it; a second one would contradict the first.
 */
export function checkEventTime(graph: JobGraph): void {
  const times = new Map<string, EventTime>();
  for (const operator of graph.operators) times.set(operator.id, eventTimeAfter(operator, inputOf(operator, times)));
}

function inputOf(operator: OperatorNode, times: ReadonlyMap<string, EventTime>): EventTime {
  const inputs = operator.parents.map((parent) => times.get(parent) ?? { kind: "none" as const });
  return inputs.find((input) => input.kind === "lost") ?? inputs.find((input) => input.kind === "none") ?? inputs[0] ?? { kind: "none" };
}

function eventTimeAfter(operator: OperatorNode, input: EventTime): EventTime {
  switch (traitsOf(operator).eventTime) {
    case "sets":
      if (input.kind === "none") return { kind: "timed" };
      throw planError("watermark-redefined", "the stream has an event time already: set it once, near the source", {
        operator: operator.id,
      });
    case "needs":
      if (input.kind === "timed") return input;
      throw input.kind === "lost" ? lost(operator.id, input.at) : missing(operator.id);
    case "drops":
      return input.kind === "timed" ? { kind: "lost", at: operator.id } : input;
    case "keeps":
    case "ends":
      return input;
  }
}

function missing(operator: string): Error {
  const message = "a window on event time needs a watermark on every stream into it: call .withEventTime(...) before it";
  return planError("append-needs-watermark", message, { operator });
}

function lost(operator: string, droppedBy: string): Error {
  const message = "results of this operator belong to no single element and have no event time: put the window on event time before it";
  return planError("event-time-lost", message, { operator, droppedBy });
}
