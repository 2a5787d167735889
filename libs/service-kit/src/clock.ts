import type { Clock, Timer } from "@millrace/ports";

/** The machine's clock. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer: (delayMs, run): Timer => {
    // Node turns longer delays into 1 ms; nothing here waits 24 days on purpose.
    const timer = setTimeout(run, Math.min(Math.max(0, delayMs), TIMER_DELAY_MS_MAX));
    return { cancel: () => clearTimeout(timer) };
  },
};

const TIMER_DELAY_MS_MAX = 2 ** 31 - 1;
