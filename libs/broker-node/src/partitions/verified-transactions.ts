import type { ProducerId } from "@millrace/model";
import { ENDED_PRODUCERS_MAX, OPEN_TRANSACTIONS_MAX } from "../limits.ts";

/** Counts of one reckoning compare; those of another say nothing. */
export interface EndedTransactions {
  readonly count: number;
  readonly reckoning: number;
}

/** On the leader of a partition: which transactions were verified there, and how many of each producer have ended (KIP-890). */
export class VerifiedTransactions {
  /** Numbers of transactions that were verified here and have no marker yet. */
  readonly #open = new Map<ProducerId, number>();
  readonly #ended = new Map<ProducerId, number>();
  #forgotten = 0;

  /** How many transactions of the producer have ended: an append that was verified before one of them ended is refused. */
  endedOf(producerId: ProducerId): EndedTransactions {
    return { count: this.#ended.get(producerId) ?? 0, reckoning: this.#forgotten };
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

  /** Counts begin again: what was verified before is verified again. */
  forgetEnded(): void {
    this.#forgotten++;
    this.#ended.clear();
  }
}
