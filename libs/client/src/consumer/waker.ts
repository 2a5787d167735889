import type { Clock } from "@millrace/ports";

/** Where one side waits until another has something for it, its time is over, or its signal is aborted. */
export class Waker {
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends every wait that is under way. What comes before a wait is not remembered: look first, then wait in the same turn. */
  wake(): void {
    for (const end of [...this.#waiting]) end();
  }

  wait(limit: { readonly delayMs: number; readonly signal?: AbortSignal | undefined }): Promise<void> {
    const { delayMs, signal } = limit;
    if (signal?.aborted === true || delayMs <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        timer?.cancel();
        signal?.removeEventListener("abort", end);
        this.#waiting.delete(end);
        resolve();
      };
      const timer = delayMs === Infinity ? undefined : this.#clock.setTimer(delayMs, end);
      signal?.addEventListener("abort", end, { once: true });
      this.#waiting.add(end);
    });
  }
}
