import type { Key } from "./history/event.ts";

/** Kinds of anomaly; the words are those of docs/protocol/history.md. */
export type AnomalyKind =
  | "aborted read"
  | "inconsistent offsets"
  | "duplicate"
  | "lost write"
  | "torn transaction"
  | "unseen"
  | "poll skip"
  | "poll step back"
  | "internal poll skip"
  | "internal poll step back"
  | "send order"
  | "internal send order"
  | "precommitted read"
  | "future read"
  | "circular read"
  | "write cycle"
  | "corrupt"
  | "owners overlap"
  | "committed offset falls"
  | "unreached";

/** One thing that must not be. */
export interface Finding {
  readonly kind: AnomalyKind;
  /** `noted`: what Kafka's model allows, worth a look; does not fail a run. */
  readonly severity: "failure" | "noted";
  readonly message: string;
  /** Lines of the history that show it, as few as will do. */
  readonly lines: readonly number[];
  /** The place in a log that it is about. */
  readonly at?: { readonly key: Key; readonly offset: number };
}

/** Failures before notes, small witnesses before large ones, then in the order of the history. */
export function compareFindings(a: Finding, b: Finding): number {
  if (a.severity !== b.severity) return a.severity === "failure" ? -1 : 1;
  return a.lines.length - b.lines.length || (a.lines[0] ?? 0) - (b.lines[0] ?? 0);
}
