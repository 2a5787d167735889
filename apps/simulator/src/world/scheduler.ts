import type { Timer } from "@millrace/ports";
import { EventHeap } from "./event-heap.ts";
import type { Watcher } from "./trace.ts";

/** Whose event it is: a process that may be dead, or paused. */
export interface EventOwner {
  /** Stable number, for the trace. */
  readonly number: number;
  readonly isDead: boolean;
  readonly isPaused: boolean;
  /** Takes an event that became due while it was paused. */
  hold(run: () => void): void;
}

interface ScheduledEvent {
  timeMs: number;
  sequence: number;
  readonly owner: EventOwner | undefined;
  run: (() => void) | undefined;
}

/** Immediates asked for at once: between two of them Node drains all promises, and one turn of its loop costs more than most events. */
const EVENTS_PER_TURN = 128;
/** An event loop that goes round without time passing would never end. */
const EVENTS_PER_INSTANT_MAX = 200_000;

/**
 * The one queue of all that will happen, ordered by (time, sequence). Runs an event, lets every promise settle that can, runs the next. Events of dead processes
 * are dropped, those of paused ones kept by them. Real time, I/O and threads have no part in it.
 */
export class Scheduler {
  readonly #trace: Watcher;
  readonly #heap = new EventHeap<ScheduledEvent>();
  #nowMs = 0;
  #sequence = 0;
  #instantEvents = 0;

  constructor(trace: Watcher) {
    this.#trace = trace;
  }

  /** Milliseconds since the start of the run, the same for everybody. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Runs once after so long, if the owner still lives then. */
  after(delayMs: number, owner: EventOwner | undefined, run: () => void): Timer {
    const event: ScheduledEvent = { timeMs: this.#nowMs + Math.max(0, delayMs), sequence: this.#sequence++, owner, run };
    this.#heap.push(event);
    return { cancel: () => void (event.run = undefined) };
  }

  /** Runs events until `isDone`, or until so much time has passed; true if done. Rejects with what an event threw. */
  runUntil(isDone: () => boolean, limitMs: number): Promise<boolean> {
    const endMs = this.#nowMs + limitMs;
    return new Promise((resolve, reject) => {
      let asked = 0;
      let isOver = false;
      const step = (): void => {
        asked--;
        if (isOver) return;
        try {
          const done = isDone();
          if (done || !this.#next(endMs)) {
            isOver = true;
            if (!done) this.#nowMs = Math.max(this.#nowMs, endMs);
            resolve(done);
            return;
          }
        } catch (error) {
          isOver = true;
          reject(error instanceof Error ? error : new Error(String(error)));
          return;
        }
        if (asked === 0) ask();
      };
      const ask = (): void => {
        for (; asked < EVENTS_PER_TURN; asked++) setImmediate(step);
      };
      ask();
    });
  }

  /** One event; false if there is none up to then. */
  #next(endMs: number): boolean {
    for (;;) {
      const event = this.#heap.peek();
      if (event === undefined || event.timeMs > endMs) return false;
      this.#heap.pop();
      const { owner, run } = event;
      if (run === undefined || owner?.isDead === true) continue;
      if (event.timeMs > this.#nowMs) this.#instantEvents = 0;
      else if (++this.#instantEvents > EVENTS_PER_INSTANT_MAX)
        throw new Error(`no time passes at ${this.#nowMs} ms: something repeats without a wait`);
      this.#nowMs = event.timeMs;
      if (owner?.isPaused === true) {
        owner.hold(run);
        continue;
      }
      this.#trace.event(event.timeMs, owner?.number ?? -1);
      run();
      return true;
    }
  }
}
