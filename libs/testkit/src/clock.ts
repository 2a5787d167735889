import { assert } from "@millrace/stdx";
import type { Clock, Timer } from "@millrace/ports";

interface PendingTimer {
  readonly dueMs: number;
  readonly sequence: number;
  readonly run: () => void;
}

const TIMERS_PER_ADVANCE_MAX = 1_000_000; // a timer that sets itself again with delay 0 would never end: fail instead

/**
 * A clock that moves only when told to. Timers run in order of due time, then of setting, so that a run is the same each time.
 * `advance` lets promises settle before and after each timer; `tick` runs timers only, for code without promises.
 */
export class ManualClock implements Clock {
  #monotonicMs = 0;
  #wallOffsetMs: number;
  #sequence = 0;
  readonly #timers = new Set<PendingTimer>();

  constructor(options: { wallMs?: number } = {}) {
    this.#wallOffsetMs = options.wallMs ?? Date.UTC(2026, 0, 1);
  }

  /** Timers that are set and have not run: 0 after an orderly stop. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  wallMs(): number {
    return Math.floor(this.#monotonicMs + this.#wallOffsetMs);
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  setTimer(delayMs: number, run: () => void): Timer {
    assert(delayMs >= 0, () => `timer delay must not be negative delayMs=${delayMs}`);
    const timer: PendingTimer = { dueMs: this.#monotonicMs + delayMs, sequence: this.#sequence++, run };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  /** Wall time steps, monotonic time does not: what an administrator or NTP does to a machine. */
  jumpWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  /** Moves time forward; every timer due on the way runs at its time, with all promises settled in between. */
  async advance(byMs: number): Promise<void> {
    const endMs = this.#monotonicMs + byMs;
    await settle();
    for (let runs = 0; this.#runNext(endMs); runs++) {
      assert(runs < TIMERS_PER_ADVANCE_MAX, "timers keep setting timers without time passing");
      await settle();
    }
    this.#monotonicMs = endMs;
    await settle();
  }

  /** Like `advance`, without waiting for promises. */
  tick(byMs: number): void {
    const endMs = this.#monotonicMs + byMs;
    for (let runs = 0; this.#runNext(endMs); runs++) {
      assert(runs < TIMERS_PER_ADVANCE_MAX, "timers keep setting timers without time passing");
    }
    this.#monotonicMs = endMs;
  }

  #runNext(endMs: number): boolean {
    let next: PendingTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs > endMs) continue;
      if (next === undefined || timer.dueMs < next.dueMs || (timer.dueMs === next.dueMs && timer.sequence < next.sequence)) next = timer;
    }
    if (next === undefined) return false;
    this.#timers.delete(next);
    this.#monotonicMs = Math.max(this.#monotonicMs, next.dueMs);
    next.run();
    return true;
  }
}

/** Resolves when every promise that can settle without I/O or timers has settled: microtasks drain before the next turn of the loop. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
