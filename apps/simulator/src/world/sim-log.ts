import type { Logger, LogValues } from "@millrace/ports";
import type { Scheduler } from "./scheduler.ts";

const LINES_MAX = 20_000;

/** What the processes of a run said, for whoever looks into a failure; and what none of them may ever say. */
export class SimLog {
  readonly lines: string[] = [];
  /** Events that mean that the product saw itself lose something. */
  readonly alarms: string[] = [];
  readonly #scheduler: Scheduler;
  readonly #alarming: ReadonlySet<string>;
  readonly #keeps: boolean;

  constructor(scheduler: Scheduler, options: { readonly alarming: readonly string[]; readonly keeps: boolean }) {
    this.#scheduler = scheduler;
    this.#alarming = new Set(options.alarming);
    this.#keeps = options.keeps;
  }

  note(who: string, event: string, values: LogValues = {}): void {
    if (this.#alarming.has(event) || this.#alarming.has(`${event}: ${String(values["reason"])}`))
      this.alarms.push(this.#line(who, event, values));
    if (!this.#keeps) return;
    this.lines.push(this.#line(who, event, values));
    if (this.lines.length > LINES_MAX) this.lines.splice(0, LINES_MAX / 2);
  }

  of(who: string): Logger {
    const note = (event: string, values?: LogValues): void => this.note(who, event, values);
    return { debug: () => undefined, info: note, warn: note, error: note };
  }

  #line(who: string, event: string, values: LogValues): string {
    const shown = Object.entries(values).map(([name, value]) => ` ${name}=${shortText(value)}`);
    return `${this.#scheduler.nowMs.toFixed(1).padStart(9)} ${who.padEnd(14)} ${event}${shown.join("")}`;
  }
}

function shortText(value: unknown): string {
  if (value instanceof Error) return value.message;
  return typeof value === "string" ? value : JSON.stringify(value);
}
