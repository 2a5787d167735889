import type { StageResult } from "@millrace/log-engine";
import { type Offset, toAppError } from "@millrace/model";
import { assert } from "@millrace/stdx";
import type { Append } from "./append.ts";

/** How durable an append must be before its answer: written on the leader, synced there, or committed (below the high watermark, which with flush=interval may run ahead of what is synced). */
export type Durability = "written" | "synced" | "committed";

/**
 * What happens to a committed append while fewer replicas are in sync than it needs: clients hear it (NOT_ENOUGH_REPLICAS_AFTER_APPEND); coordinators, whose record
 * would take effect later without them, wait for the replicas or for the end of their epoch.
 */
export type OnTooFewInSync = "fail" | "wait";

interface Wait {
  readonly result: StageResult;
  readonly endOffset: Offset;
  readonly durability: Durability;
  readonly onTooFewInSync: OnTooFewInSync;
}

type Outcome = "waiting" | "stored" | "failed";

class Waiter implements Append {
  readonly result: StageResult;
  readonly endOffset: Offset;
  readonly durability: Durability;
  readonly isTold: boolean;
  readonly #waiters: AppendWaiters | undefined;
  #outcome: Outcome;
  #error: unknown;
  #done: ((error?: unknown) => void) | undefined;
  #stored: Promise<void> | undefined;

  constructor({ result, endOffset, durability, onTooFewInSync }: Wait, waiters: AppendWaiters | undefined) {
    this.result = result;
    this.endOffset = endOffset;
    this.durability = durability;
    this.isTold = durability === "committed" && onTooFewInSync === "fail";
    this.#waiters = waiters;
    this.#outcome = waiters === undefined ? "stored" : "waiting";
  }

  whenStored(done: (error?: unknown) => void): void {
    assert(this.#done === undefined, "an append has one listener");
    this.#done = done;
    if (this.#outcome !== "waiting") done(this.#error);
  }

  get stored(): Promise<void> {
    this.#stored ??= new Promise((resolve, reject) => {
      this.whenStored(() => {
        if (this.#outcome === "stored") resolve();
        else reject(toAppError(this.#error));
      });
    });
    return this.#stored;
  }

  giveUp(error: unknown): void {
    if (this.#outcome !== "waiting") return;
    this.#waiters?.remove(this);
    this.settle("failed", error);
  }

  settle(outcome: Outcome, error?: unknown): void {
    this.#outcome = outcome;
    this.#error = error;
    this.#done?.(error);
  }
}

/** An append that nothing is waited for, or that is as durable as was asked already. */
export function storedAppend(result: StageResult): Append {
  return new Waiter({ result, endOffset: (result.lastOffset + 1) as Offset, durability: "written", onTooFewInSync: "wait" }, undefined);
}

/** Appends that wait for their answer, in order of offset but for repeated ones. Bounded by the bytes that may be in flight: who gave up is removed. */
export class AppendWaiters {
  #waiters: Waiter[] = [];

  add(wait: Wait): Append {
    const waiter = new Waiter(wait, this);
    this.#waiters.push(waiter);
    return waiter;
  }

  get size(): number {
    return this.#waiters.length;
  }

  remove(waiter: Waiter): void {
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
  }

  /** Fails everyone who waits for replicas and asked to be told that there are too few. */
  failForTooFewInSync(error: unknown): void {
    this.#settle(({ isTold }) => isTold, "failed", error);
  }

  /** Answers everyone whose durability has been reached. */
  settle(reached: Readonly<Record<Durability, Offset>>): void {
    this.#settle(({ durability, endOffset }) => reached[durability] >= endOffset, "stored");
  }

  /** Fails everyone who waits for an offset above `fromOffset`. */
  fail(error: unknown, fromOffset = -1): void {
    this.#settle(({ endOffset }) => endOffset > fromOffset, "failed", error);
  }

  /** Who is told may append again, or give others up: so everyone concerned is out before the first is told. */
  #settle(isConcerned: (waiter: Waiter) => boolean, outcome: Outcome, error?: unknown): void {
    if (this.#waiters.length === 0) return;
    const concerned: Waiter[] = [];
    const still: Waiter[] = [];
    for (const waiter of this.#waiters) (isConcerned(waiter) ? concerned : still).push(waiter);
    this.#waiters = still;
    for (const waiter of concerned) waiter.settle(outcome, error);
  }
}
