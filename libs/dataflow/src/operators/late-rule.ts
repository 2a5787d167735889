import type { OperatorNode } from "@millrace/model";
import type { OperatorEnvironment } from "./environment.ts";
import { asPair } from "./pair.ts";
import { TimePanes } from "./time-panes.ts";

/** What becomes of an element by its event time. `timeless`: it has none and the operator needs one; `outside`: it is in no window at all. */
export type LateVerdict = "open" | "late" | "timeless" | "outside";

/** Judges an element by its event time and the late filter of the batch, wm(t-1). */
export type LateRule = (element: unknown, time: number) => LateVerdict;

/**
 * The rule by which an operator drops what comes too late (semantics §10.5): an element is late iff its time ≤ wm(t-1); in windows iff they have all ended
 * by then. Windows in complete mode drop nothing.
 */
export function lateRuleOf(environment: OperatorEnvironment): LateRule {
  const { operator } = environment;
  switch (operator.kind) {
    case "aggregateByTimeWindow":
      return timeWindowRule(environment, operator);
    case "aggregateBySession":
      return sessionRule(environment, gapOf(environment));
    case "dropDuplicates":
      return timeRule(environment, operator.until !== "ever");
    case "joinWithin":
      return timeRule(environment, operator.bounds !== undefined);
    case "joinTable":
      return operator.asOf === "eventTime" ? timeRule(environment, true) : () => "open";
    case "mapGroupsWithState":
      return operator.timeout === "event" ? timeRule(environment, true) : () => "open";
    case "process":
      return operator.timers === "event" ? timeRule(environment, true) : () => "open";
    default:
      return () => "open";
  }
}

/** Gap of a session for one element, milliseconds; what is not above 0 makes the element be ignored. */
export function gapOf(environment: OperatorEnvironment): (element: unknown) => number {
  const { operator } = environment;
  if (operator.kind === "aggregateBySession" && operator.gapMs !== undefined) {
    const { gapMs } = operator;
    return () => gapMs;
  }
  const gap = environment.required("gap");
  const call = environment.call("gap");
  return (element) => {
    call.enter();
    try {
      return Number(gap(asPair(element, operator.id)[1]));
    } catch (error) {
      environment.fail("gap", error);
    }
  };
}

function timeRule({ batch, operator }: OperatorEnvironment, needsTime: boolean): LateRule {
  return (_, time) => {
    if (!Number.isFinite(time)) return needsTime ? "timeless" : "open";
    const { lateMs } = batch.watermarksOf(operator.id);
    return lateMs !== undefined && time <= lateMs ? "late" : "open";
  };
}

function sessionRule({ batch, operator }: OperatorEnvironment, gap: (element: unknown) => number): LateRule {
  return (element, time) => {
    if (!Number.isFinite(time)) return "timeless";
    const gapMs = gap(element);
    if (!(gapMs > 0)) return "outside";
    const { lateMs } = batch.watermarksOf(operator.id);
    return lateMs !== undefined && time + gapMs <= lateMs ? "late" : "open";
  };
}

function timeWindowRule({ batch }: OperatorEnvironment, operator: OperatorNode & { kind: "aggregateByTimeWindow" }): LateRule {
  const panes = new TimePanes(operator.window);
  return (_, time) => {
    if (!Number.isFinite(time)) return "timeless";
    return paneFate(panes, panes.paneOf(time), { operator, lateMs: batch.watermarksOf(operator.id).lateMs });
  };
}

/** Whether a pane still counts: late if all windows that cover it have ended for good. */
export function paneFate(
  panes: TimePanes,
  pane: number,
  { operator, lateMs }: { readonly operator: OperatorNode & { kind: "aggregateByTimeWindow" }; readonly lateMs: number | undefined },
): "open" | "late" | "outside" {
  const last = panes.lastWindowOf(pane);
  if (last < panes.firstWindowOf(pane)) return "outside";
  if (operator.mode === "complete" || lateMs === undefined) return "open";
  return panes.windowEnd(last) + (operator.latenessMs ?? 0) <= lateMs ? "late" : "open";
}
