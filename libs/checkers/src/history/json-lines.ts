import type { EventType, HistoryEvent } from "./event.ts";
import { HistoryError } from "./history-error.ts";

const TYPES: readonly EventType[] = ["invoke", "ok", "fail", "info"];
const FUNCTIONS: readonly HistoryEvent["f"][] = [
  ...(["send", "poll", "txn", "assign", "subscribe"] as const),
  ...(["crash", "own", "commit", "committed", "final"] as const),
];
const DOES_NOT_NEED_VALUE = "crash";

/** One line, with its end. */
export function encodeEvent(event: HistoryEvent): string {
  return `${JSON.stringify(event)}\n`;
}

/** The event of a line. Throws HistoryError if it is none. Extra fields stay: a harness may keep notes in them. */
export function decodeEvent(text: string, line: number): HistoryEvent {
  let event: Partial<HistoryEvent> | null;
  try {
    event = JSON.parse(text) as Partial<HistoryEvent> | null;
  } catch {
    throw new HistoryError(line, `not JSON: ${text.slice(0, 80)}`);
  }
  if (typeof event !== "object" || event === null) throw new HistoryError(line, "not an object");
  if (event.i !== line) throw new HistoryError(line, `i is ${String(event.i)}: events are numbered from 0, one per line`);
  if (typeof event.p !== "number" || typeof event.t !== "number") throw new HistoryError(line, "p and t must be numbers");
  if (!TYPES.some((type) => type === event.type)) throw new HistoryError(line, `type is ${String(event.type)}`);
  if (!FUNCTIONS.some((name) => name === event.f)) throw new HistoryError(line, `f is ${String(event.f)}`);
  if (event.f !== DOES_NOT_NEED_VALUE && (!("v" in event) || typeof event.v !== "object"))
    throw new HistoryError(line, "v is missing: steps, keys or offsets");
  return event as HistoryEvent;
}

/** A whole history. A last line without its end was torn off by a kill, and is left out. */
export function decodeHistory(text: string): HistoryEvent[] {
  const lines = text.split("\n");
  lines.pop();
  return lines.map(decodeEvent);
}
