import { type Clock, sleep } from "@millrace/ports";
import { COMPACTION_DEBT_MS_MIN } from "../limits.ts";

/** Keeps work in the background to a rate in bytes a second, and lets the node answer its clients between two pieces in any case. */
export class Pace {
  readonly #bytesPerSecond: number;
  readonly #ports: { readonly clock: Clock; readonly defer: (run: () => void) => void };
  /** Until when what was read has used up the rate. */
  #busyUntilMs = 0;

  constructor(bytesPerSecond: number, ports: { readonly clock: Clock; readonly defer: (run: () => void) => void }) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#ports = ports;
  }

  /** Resolves when more may be read; rejects when the signal says stop. */
  async spend(bytes: number, signal: AbortSignal): Promise<void> {
    const { clock, defer } = this.#ports;
    const nowMs = clock.monotonicMs();
    this.#busyUntilMs = Math.max(this.#busyUntilMs, nowMs) + (bytes / this.#bytesPerSecond) * 1_000;
    const debtMs = this.#busyUntilMs - nowMs;
    if (debtMs >= COMPACTION_DEBT_MS_MIN) await sleep(clock, debtMs, signal);
    else await new Promise<void>((resolve) => defer(resolve));
    signal.throwIfAborted();
  }
}
