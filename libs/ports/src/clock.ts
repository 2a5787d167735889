/** Time as engines and nodes see it. Wall time may jump; monotonic time never goes back. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  wallMs(): number;
  /** Milliseconds since an arbitrary start, with fractions. */
  monotonicMs(): number;
  /** Runs `run` once after `delayMs`, unless cancelled. */
  setTimer(delayMs: number, run: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** Resolves after `delayMs`; rejects with the signal's reason when it is aborted first. */
export function sleep(clock: Pick<Clock, "setTimer">, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(abortReason(signal));
      return;
    }
    const onAbort = (): void => {
      timer.cancel();
      reject(abortReason(signal));
    };
    const timer = clock.setTimer(delayMs, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error("aborted");
}
