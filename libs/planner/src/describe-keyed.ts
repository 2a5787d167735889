import type { OperatorNode, OutputMode } from "@millrace/model";
import { describeDuration, describeWindow } from "./describe-duration.ts";

type KeyedKind =
  | "aggregateBySession"
  | "aggregateByKey"
  | "dropDuplicates"
  | "joinWithin"
  | "joinTable"
  | "mapGroupsWithState"
  | "process"
  | "limit"
  | "sort"
  | "late";

/** The mode in words, unless it is the usual one. */
export function describeMode(mode: OutputMode | undefined): string {
  return mode === undefined || mode === "append" ? "" : `, ${mode} mode`;
}

/** What an operator over all time does, in a line. */
export function describeKeyed(operator: OperatorNode & { kind: KeyedKind }): string {
  switch (operator.kind) {
    case "aggregateBySession":
      return `aggregate per key and session, gap ${operator.gapMs === undefined ? "from the record" : describeDuration(operator.gapMs)}${describeMode(operator.mode)}`;
    case "aggregateByKey":
      return `aggregate per key over all time${describeMode(operator.mode)}${operator.ttlMs === undefined ? "" : `, forgotten after ${describeDuration(operator.ttlMs)}`}`;
    case "dropDuplicates":
      return `the first element of each key${{ watermark: " within the watermark", eventTime: " and event time", ever: "" }[operator.until]}`;
    case "joinWithin":
      return `${operator.type === "inner" ? "" : `${operator.type.replace("-", " ")} `}join of ${operator.parents.join(" and ")}${describeBounds(operator)}`;
    case "joinTable":
      return `${operator.sides === "inner" ? "" : `${operator.sides.replace("-", " ")} `}join with table ${operator.parents[1] ?? ""} as of ${
        operator.asOf === "batch" ? "each batch" : "event time"
      }`;
    case "mapGroupsWithState":
      return `${operator.many ? "flat map" : "map"} each key's new values with its state${operator.timeout === "none" ? "" : `, time-out by ${operator.timeout} time`}`;
    case "process":
      return `process each key's new values with state ${Object.keys(operator.variables).join(", ")}${operator.timers === "none" ? "" : `, timers by ${operator.timers} time`}`;
    case "limit":
      return `the first ${operator.count} elements`;
    case "sort":
      return "sort each table";
    case "late":
      return `elements that come too late for ${operator.of}`;
  }
}

function describeBounds({ bounds }: OperatorNode & { kind: "joinWithin" }): string {
  if (bounds === undefined) return ", whatever their time";
  if (bounds.type === "sameTime") return " of one event time";
  if (bounds.type === "window") return ` in one ${describeWindow(bounds.window)}`;
  return `, right from ${describeSigned(-bounds.beforeMs)} to ${describeSigned(bounds.afterMs)} of left`;
}

function describeSigned(ms: number): string {
  if (ms === 0) return "0";
  return ms < 0 ? `-${describeDuration(-ms)}` : `+${describeDuration(ms)}`;
}
