import type { Offset } from "@millrace/model";

/**
 * How durable an append must be before its answer: written on the leader, synced there, committed (below the high watermark, which with flush=interval may run
 * ahead of what is synced), or both of the last two.
 */
export type Durability = "written" | "synced" | "committed" | "committed-and-synced";

/**
 * What happens to a committed append while fewer replicas are in sync than it needs: clients hear it (NOT_ENOUGH_REPLICAS_AFTER_APPEND); coordinators, whose record
 * would take effect later without them, wait for the replicas or for the end of their epoch.
 */
export type OnTooFewInSync = "fail" | "wait";

interface Wait {
  readonly endOffset: Offset;
  readonly durability: Durability;
  readonly onTooFewInSync: OnTooFewInSync;
}

interface AppendWaiter extends Wait {
  resolve(): void;
  reject(error: unknown): void;
}

/** One wait. */
export interface Waiting {
  /** Resolves when the append is as durable as was asked. */
  readonly stored: Promise<void>;
  /** Whoever waits is answered otherwise: rejects `stored` with the error. */
  readonly giveUp: (error: unknown) => void;
}

/** Appends that wait for their answer, in order of offset but for repeated ones. Bounded by the bytes that may be in flight: who gave up is removed. */
export class AppendWaiters {
  #waiters: AppendWaiter[] = [];

  add(wait: Wait): Waiting {
    const { promise: stored, resolve, reject } = Promise.withResolvers<void>();
    const waiter: AppendWaiter = { ...wait, resolve, reject };
    this.#waiters.push(waiter);
    const giveUp = (error: unknown): void => {
      this.#waiters = this.#waiters.filter((other) => other !== waiter);
      reject(error);
    };
    return { stored, giveUp };
  }

  get size(): number {
    return this.#waiters.length;
  }

  /** Fails everyone who waits for replicas and asked to be told that there are too few. */
  failForTooFewInSync(error: unknown): void {
    const isTold = ({ durability, onTooFewInSync }: AppendWaiter): boolean => durability === "committed" && onTooFewInSync === "fail";
    const told = this.#waiters.filter(isTold);
    if (told.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => !isTold(waiter));
    for (const waiter of told) waiter.reject(error);
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
