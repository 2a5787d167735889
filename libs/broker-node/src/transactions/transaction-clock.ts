import { type TimestampMs, timestampMs } from "@millrace/model";
import type { Clock } from "@millrace/ports";
import type { CoordinatorState } from "@millrace/transactions";

/**
 * The time by which one coordinator measures its transactions: begins at the machine's wall time, but never before the newest time in its log, and goes on by monotonic
 * time. So a transaction ends by its time-out although the next coordinator's clock is behind, or a clock is set while transactions are open; Kafka's coordinators
 * measure by wall time, and one whose clock is an hour behind lets a transaction of a dead producer block readers for an hour.
 */
export class TransactionClock {
  readonly #clock: Clock;
  readonly #startMs: number;

  /** `state`: as replayed from the log. */
  constructor(clock: Clock, { entries }: CoordinatorState) {
    this.#clock = clock;
    const newestMs = [...entries.values()].reduce((newest, { updatedAtMs }) => Math.max(newest, updatedAtMs), 0);
    this.#startMs = Math.max(clock.wallMs(), newestMs) - clock.monotonicMs();
  }

  now(): TimestampMs {
    return timestampMs(Math.floor(this.#startMs + this.#clock.monotonicMs()));
  }
}
