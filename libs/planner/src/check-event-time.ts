import type { JobGraph, OperatorNode } from "@millrace/model";
import { planError } from "./errors.ts";
import { traitsOf } from "./operator-traits.ts";

/**
 * Event time of a stream: never had one, has one (with a watermark or without), or had one that an operator dropped: because its results belong to no single
 * element, or because it emits a row again when it changes.
 */
type EventTime =
  | { readonly kind: "none" }
  | { readonly kind: "timed"; readonly watermark: boolean }
  | { readonly kind: "lost"; readonly at: string; readonly why: "element" | "mode" };

/**
 * Follows event time through the graph. A window on event time needs one with a watermark on every way into it, else it would never
 * close; an operator whose results belong to no single element drops it; a second one would contradict the first. Returns the streams with a watermark.
 */
export function checkEventTime(graph: JobGraph): ReadonlySet<string> {
  const times = new Map<string, EventTime>();
  for (const operator of graph.operators) times.set(operator.id, eventTimeAfter(operator, inputOf(operator, times), times));
  return new Set(Array.from(times).flatMap(([id, time]) => (time.kind === "timed" && time.watermark ? [id] : [])));
}

function inputOf(operator: OperatorNode, times: ReadonlyMap<string, EventTime>): EventTime {
  const all = operator.parents.map((parent) => times.get(parent) ?? { kind: "none" as const });
  // A table that is joined as of the batch has no say in the stream's time.
  const inputs = operator.kind === "joinTable" && operator.asOf === "batch" ? all.slice(0, 1) : all;
  const worst = inputs.find((input) => input.kind === "lost") ?? inputs.find((input) => input.kind === "none");
  if (worst !== undefined) return worst;
  return inputs.length === 0
    ? { kind: "none" }
    : { kind: "timed", watermark: inputs.every((input) => input.kind === "timed" && input.watermark) };
}

function eventTimeAfter(operator: OperatorNode, input: EventTime, times: ReadonlyMap<string, EventTime>): EventTime {
  const { eventTime } = traitsOf(operator);
  switch (eventTime) {
    case "sets":
      if (input.kind === "none") return { kind: "timed", watermark: operator.kind === "eventTime" && operator.delayMs !== "none" };
      throw planError("watermark-redefined", "the stream has an event time already: set it once, near the source", {
        operator: operator.id,
      });
    case "needs":
    case "uses":
      checkInput(operator, input, times);
      return eventTime === "needs" ? input : { kind: "lost", at: operator.id, why: isRepeating(operator) ? "mode" : "element" };
    case "drops":
      if (input.kind === "timed") return { kind: "lost", at: operator.id, why: isRepeating(operator) ? "mode" : "element" };
      return input;
    case "keeps":
    case "ends":
      return input;
  }
}

function checkInput(operator: OperatorNode, input: EventTime, times: ReadonlyMap<string, EventTime>): void {
  if (input.kind === "lost") throw input.why === "mode" ? repeated(operator.id, input.at) : lost(operator.id, input.at);
  if (input.kind === "none") throw missing(operator.id);
  if (operator.kind === "joinWithin") {
    checkJoinSides(operator, times);
    return;
  }
  if (input.watermark || !needsWatermark(operator)) return;
  const message =
    "rows of this operator are final only when a watermark has passed them: give withEventTime a { watermark }, or choose another mode";
  throw planError("append-needs-watermark", message, { operator: operator.id });
}

/** A row of an outer side is known to stay alone when the other side's watermark has passed its bound; so is one that a semi join may forget. */
function checkJoinSides(operator: OperatorNode & { kind: "joinWithin" }, times: ReadonlyMap<string, EventTime>): void {
  const [left = "", right = ""] = operator.parents;
  const needed = {
    inner: [],
    "left-outer": [right],
    "left-semi": [right],
    "right-outer": [left],
    "full-outer": [left, right],
  }[operator.type];
  const missing = needed.find((parent) => {
    const time = times.get(parent);
    return time?.kind !== "timed" || !time.watermark;
  });
  if (missing === undefined) return;
  const message =
    "whether a row stays without a partner is known only by a watermark of the other side: give its withEventTime a { watermark }";
  throw planError("join-unbounded", message, { operator: operator.id, type: operator.type, without: missing });
}

function isRepeating(operator: OperatorNode): boolean {
  return operator.kind === "aggregateByTimeWindow" || operator.kind === "aggregateBySession" || operator.kind === "aggregateByKey";
}

/** Whether what it emits waits for a watermark. */
function needsWatermark(operator: OperatorNode): boolean {
  switch (operator.kind) {
    case "aggregateByTimeWindow":
    case "aggregateBySession":
      return (operator.mode ?? "append") === "append";
    default:
      return true;
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

function repeated(operator: string, mode: string): Error {
  const message =
    "an operator before this one emits a row again whenever it changes, so it would be counted several times: use append mode there";
  return planError("mode-not-supported", message, { operator, inUpdateMode: mode });
}
