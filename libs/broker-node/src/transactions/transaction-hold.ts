import type { Clock, Timer } from "@millrace/ports";
import { createDeferred, type Deferred } from "@millrace/stdx";
import { brokerErrors } from "../errors.ts";

interface Hold {
  readonly holder: string;
  readonly over: Deferred<void>;
  readonly timer: Timer;
}

/**
 * Keeps the coordinators of this broker from deciding any transaction for a moment, so that a backup sees no transaction whose markers stand in some partitions and
 * not in others. A decision is under way from before its record is appended until all its markers are written; a hold begins when none is.
 */
export class TransactionHold {
  readonly #clock: Clock;
  #hold: Hold | undefined;
  #underWay = 0;
  #idle: Deferred<void> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Waits while decisions are held, at most as long as a hold lasts; then one is under way until `leave`. */
  async enter(): Promise<void> {
    while (this.#hold !== undefined) await this.#hold.over.promise;
    this.begin();
  }

  /** The same without waiting: markers of what was decided before. */
  begin(): void {
    this.#underWay++;
  }

  leave(): void {
    this.#underWay--;
    if (this.#underWay > 0) return;
    this.#idle?.resolve();
    this.#idle = undefined;
  }

  /** Resolves when nothing is under way. Throws `transactions-held` if another holder has it, `transactions-unsettled` when markers could not be written in time. */
  async begun({ holder, ttlMs }: { readonly holder: string; readonly ttlMs: number }): Promise<void> {
    if (this.#hold !== undefined && this.#hold.holder !== holder) throw brokerErrors.transactionsHeld({ holder: this.#hold.holder });
    this.release(holder);
    const over = createDeferred<void>();
    const hold = { holder, over, timer: this.#clock.setTimer(ttlMs, () => this.#end(hold)) };
    this.#hold = hold;
    if (this.#underWay > 0) {
      this.#idle ??= createDeferred<void>();
      await Promise.race([this.#idle.promise, over.promise]);
    }
    if (this.#hold !== hold) throw brokerErrors.transactionsUnsettled({ holder, ttlMs, transactions: this.#underWay });
  }

  /** True if it lasted until now. */
  release(holder: string): boolean {
    if (this.#hold?.holder !== holder) return false;
    this.#end(this.#hold);
    return true;
  }

  #end(hold: Hold): void {
    hold.timer.cancel();
    if (this.#hold === hold) this.#hold = undefined;
    hold.over.resolve();
  }
}
