import type { Clock } from "@millrace/ports";

/**
 * Bytes a second for replicas that are being moved (Kafka's replication quotas): whoever took some waits until they are paid off before the next are taken. One answer
 * goes at once, however large, so that the smallest rate still moves everything.
 */
export class Throttle {
  readonly #bytesPerSecond: number;
  readonly #clock: Pick<Clock, "monotonicMs">;
  #paidOffMs = 0;

  /** 0: no limit. */
  constructor(bytesPerSecond: number, clock: Pick<Clock, "monotonicMs">) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#clock = clock;
  }

  /** How long until more may be taken; 0: now. */
  get waitMs(): number {
    return Math.max(0, this.#paidOffMs - this.#clock.monotonicMs());
  }

  charge(bytes: number): void {
    if (this.#bytesPerSecond === 0) return;
    this.#paidOffMs = Math.max(this.#paidOffMs, this.#clock.monotonicMs()) + (bytes / this.#bytesPerSecond) * 1_000;
  }
}
