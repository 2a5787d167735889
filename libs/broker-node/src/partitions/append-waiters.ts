import type { Offset } from "@millrace/model";

/**
 * How durable an append must be before its answer: written on the leader, synced there, committed (below the high watermark, which with flush=interval may run
 * ahead of what is synced), or both of the last two.
 */
export type Durability = "written" | "synced" | "committed" | "committed-and-synced";

interface AppendWaiter {
  readonly endOffset: Offset;
  readonly durability: Durability;
  resolve(): void;
  reject(error: unknown): void;
}

/** Appends that wait for their answer, in order of offset but for repeated ones. Bounded by the bytes that may be in flight. */
export class AppendWaiters {
  #waiters: AppendWaiter[] = [];

  add(waiter: AppendWaiter): void {
    this.#waiters.push(waiter);
  }

  get size(): number {
    return this.#waiters.length;
  }

  /** Answers everyone whose durability has been reached. */
  settle(reached: Readonly<Record<Durability, Offset>>): void {
    if (this.#waiters.length === 0) return;
    const still: AppendWaiter[] = [];
    for (const waiter of this.#waiters) {
      if (reached[waiter.durability] >= waiter.endOffset) waiter.resolve();
      else still.push(waiter);
    }
    this.#waiters = still;
  }

  /** Fails everyone who waits for an offset above `fromOffset`. */
  fail(error: unknown, fromOffset = -1): void {
    const still: AppendWaiter[] = [];
    for (const waiter of this.#waiters) {
      if (waiter.endOffset > fromOffset) waiter.reject(error);
      else still.push(waiter);
    }
    this.#waiters = still;
  }
}
