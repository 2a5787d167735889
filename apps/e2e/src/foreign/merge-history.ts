import { createReadStream, existsSync } from "node:fs";
import { createInterface } from "node:readline";
import type { HistoryEvent } from "@millrace/checkers";

/** A worker's file, and when it ended: what it owned then is free. */
export interface HistoryPart {
  readonly file: string;
  /** Nanoseconds of the machine's monotonic clock, after its process was gone. */
  readonly endedNs: number;
}

type Timed = Omit<HistoryEvent, "i"> & { readonly f: HistoryEvent["f"]; readonly t: number; readonly p: number };

/**
 * One history of all parts: sorted by time, numbered. All workers take their times from one clock of one machine, so an invocation that stands before an answer
 * was before it. A process whose worker is gone crashes at its end; a last line that a kill tore off is left out.
 */
export async function mergeHistory(parts: readonly HistoryPart[]): Promise<HistoryEvent[]> {
  const events: Timed[] = [];
  for (const part of parts) {
    const live = new Set<number>();
    for await (const event of readPart(part.file)) {
      events.push(event);
      if (event.f === "crash" || event.type === "info") live.delete(event.p);
      else live.add(event.p);
    }
    for (const p of live) events.push({ t: part.endedNs, p, type: "info", f: "crash" });
  }
  events.sort((a, b) => a.t - b.t);
  return events.map((event, i) => ({ ...event, i }) as unknown as HistoryEvent);
}

async function* readPart(file: string): AsyncGenerator<Timed> {
  if (!existsSync(file)) return;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    try {
      yield JSON.parse(line) as Timed;
    } catch {
      return; // torn off by a kill: nothing follows
    }
  }
}
