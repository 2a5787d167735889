import type { BrokerId } from "@millrace/model";
import { areEnoughWitnesses, type Came, type ClusterState } from "@millrace/placement";
import type { Clock, Timer } from "@millrace/ports";
import { createDeferred } from "@millrace/stdx";
import { WITNESS_ANSWER_MS, WITNESS_WAIT_MS } from "../limits.ts";

/**
 * Brokers that have come in this term and proved no loss. Before there are enough of them nothing is decided by what the store has: it may have lost what the next one will prove
 * (reliability S7). Those who come first wait for the others, as long as that is bearable: a cluster of which most is away goes on without, but for partitions of which too few have come (decision 0017).
 */
export class Witnesses {
  readonly #state: ClusterState;
  readonly #clock: Clock;
  readonly #came = new Set<BrokerId>();
  readonly #enough = createDeferred<void>();
  readonly #timer: Timer;
  #isWaitOver = false;
  #areEnough = false;

  constructor(state: ClusterState, clock: Clock) {
    this.#state = state;
    this.#clock = clock;
    this.#timer = clock.setTimer(WITNESS_WAIT_MS, () => {
      this.#isWaitOver = true;
      this.#look();
    });
  }

  /** Who has come: more brokers, never fewer. */
  get came(): Came {
    return this.#came;
  }

  /** Somebody has come, and nobody need be waited for. */
  get areEnough(): boolean {
    return this.#areEnough;
  }

  add(broker: BrokerId): void {
    this.#came.add(broker);
    this.#look();
  }

  /** True as soon as there are enough; false after a while without. */
  async wait(): Promise<boolean> {
    if (this.#areEnough) return true;
    const waited = createDeferred<void>();
    const timer = this.#clock.setTimer(WITNESS_ANSWER_MS, () => waited.resolve());
    await Promise.race([this.#enough.promise, waited.promise]);
    timer.cancel();
    return this.#areEnough;
  }

  close(): void {
    this.#timer.cancel();
    this.#enough.resolve();
  }

  #look(): void {
    if (this.#areEnough || this.#came.size === 0) return;
    this.#areEnough = this.#isWaitOver || areEnoughWitnesses(this.#state, this.#came);
    if (this.#areEnough) this.close();
  }
}
