import { type Clock, sleep } from "@millrace/ports";
import { LEASE_STRAIN_KEPT, LEASE_STRAIN_SHARE, LEASE_STRETCH_MAX } from "../limits.ts";

/**
 * How late this process gets to what it has to do: on a machine without time for it, timers fire late and answers lie unread. A lease that lasts three seconds is lost there
 * again and again though nobody has died, and each new term is work that makes it worse. So the lease that is asked for grows with the lateness that was seen lately, up to
 * twice its length; on a machine that keeps up it stays as it is set, and with it how soon a standby takes over.
 */
export class LeaseStrain {
  readonly #baseMs: number;
  readonly #clock: Clock;
  /** Of this process. */
  #lateMs = 0;
  /** Of the store's answers. */
  #slowMs = 0;

  constructor(baseMs: number, clock: Clock) {
    this.#baseMs = baseMs;
    this.#clock = clock;
  }

  /** How long the next lease should last. */
  get ttlMs(): number {
    const worstMs = Math.max(this.#lateMs, this.#slowMs);
    return worstMs > this.#noticeableMs ? Math.min(this.#baseMs + 3 * worstMs, this.#baseMs * LEASE_STRETCH_MAX) : this.#baseMs;
  }

  /** This process has lately done noticeably late what was due: an answer may lie here unread. */
  get isLate(): boolean {
    return this.#lateMs > this.#noticeableMs;
  }

  /** How long a standby waits before it asks for the lease, so that a holder with as little time as itself may come first. */
  get patienceMs(): number {
    return this.isLate ? Math.min(this.#lateMs, this.#baseMs / 3) : 0;
  }

  /** Sleeps, and sees how much longer it took. */
  async sleep(delayMs: number, signal: AbortSignal): Promise<void> {
    const dueMs = this.#clock.monotonicMs() + delayMs;
    await sleep(this.#clock, delayMs, signal);
    this.wasDue(dueMs);
  }

  /** Something that was due then is done now. What was seen before fades. */
  wasDue(dueMs: number): void {
    this.#lateMs = Math.max(this.#clock.monotonicMs() - dueMs, this.#lateMs * LEASE_STRAIN_KEPT, 0);
  }

  /** The store has answered to what it was asked then. One that does not answer at all tells nothing of this process. */
  wasAnswered(askedMs: number): void {
    this.#slowMs = Math.max(this.#clock.monotonicMs() - askedMs, this.#slowMs * LEASE_STRAIN_KEPT);
  }

  get #noticeableMs(): number {
    return this.#baseMs * LEASE_STRAIN_SHARE;
  }
}
