import type { ProducerId } from "@millrace/model";
import { ENDED_PRODUCERS_MAX, OPEN_TRANSACTIONS_MAX } from "../limits.ts";

/** On the leader of a partition: which transactions were verified there, and how many of each producer have ended (KIP-890). */
export class VerifiedTransactions {
  /** Numbers of transactions that were verified here and have no marker yet. */
  readonly #open = new Map<ProducerId, number>();
  readonly #ended = new Map<ProducerId, number>();
  #forgotten = 0;

  /** Grows with each marker of the producer: an append that was verified before one is refused. */
  endedOf(producerId: ProducerId): number {
    return (this.#ended.get(producerId) ?? 0) + this.#forgotten;
  }

  /** The producer's transaction of this number may append from now on: a marker of an earlier one, delayed on its way, must not end it. */
  verified(producerId: ProducerId, transactionNumber: number): void {
    if (this.#open.size >= OPEN_TRANSACTIONS_MAX) this.#open.clear();
    this.#open.set(producerId, transactionNumber);
  }

  ended(producerId: ProducerId): void {
    this.#open.delete(producerId);
    this.#ended.set(producerId, (this.#ended.get(producerId) ?? 0) + 1);
    if (this.#ended.size > ENDED_PRODUCERS_MAX) this.forgetEnded();
  }

  /** Is it older than the one that is open? 0: not known. */
  isFormer(producerId: ProducerId, transactionNumber: number): boolean {
    const open = this.#open.get(producerId);
    return open !== undefined && transactionNumber > 0 && transactionNumber < open;
  }

  forgetOpen(): void {
    this.#open.clear();
  }

  /** Counters only ever grow, so forgetting them must raise what every producer sees. */
  forgetEnded(): void {
    this.#forgotten += Math.max(0, ...this.#ended.values()) + 1;
    this.#ended.clear();
  }
}
