import { toAppError } from "@millrace/model";

/** What a coordinator whose log refused a record is to its clients: not theirs any more, theirs but unable for the moment, or neither. */
export type CoordinatorTrouble = "moved" | "not-available" | undefined;

const MOVED: ReadonlySet<string> = new Set([
  "not-leader",
  "leader-not-available",
  "partition-opening",
  "fenced-leader-epoch",
  "broker-stopping",
  "partition-failed",
  "log-failed",
  "disk-failed",
]);

/**
 * Errors of the log's partition mean nothing to a client of the coordinator, who would give its transaction or commit up; these two it repeats, and finds the next
 * leader, which knows whether the record survived. Too large a record and the like stay what they are.
 */
export function coordinatorTroubleOf(error: unknown): CoordinatorTrouble {
  const { code, kind } = toAppError(error);
  if (MOVED.has(code)) return "moved";
  return kind === "retry" || kind === "unavailable" || kind === "exhausted" ? "not-available" : undefined;
}
