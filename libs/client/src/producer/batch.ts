import type { AppError } from "@millrace/model";
import type { Deferred } from "@millrace/stdx";

/** A closed batch on its way, with those who wait for it. */
export interface ProducedBatch {
  readonly bytes: Uint8Array;
  readonly recordCount: number;
  /** What it counts for in the producer's buffer. */
  readonly bufferedBytes: number;
  /** Monotonic time of its first record. */
  readonly createdAtMs: number;
  /** Monotonic time at which it is given up. */
  readonly deadlineMs: number;
  readonly waiters: BatchWaiter[];
  attempts: number;
  /** It was sent, and no answer told what became of it: it may be stored. */
  outcomeUnknown: boolean;
  state: "waiting" | "sent" | "to repeat";
}

export interface BatchWaiter {
  settle(outcome: BatchOutcome): void;
}

export type BatchOutcome =
  { readonly baseOffset: number; readonly error?: undefined } | { readonly baseOffset: -1; readonly error: AppError };

/** Both are told, in this order. */
export function bothWaiters(first: BatchWaiter, second: BatchWaiter): BatchWaiter {
  return {
    settle: (outcome) => {
      first.settle(outcome);
      second.settle(outcome);
    },
  };
}

/** Waits for the offset of one record in a batch. */
export function recordWaiter(deferred: Deferred<number>, indexInBatch: number): BatchWaiter {
  return {
    settle: ({ baseOffset, error }) => {
      if (error === undefined) deferred.resolve(baseOffset < 0 ? -1 : baseOffset + indexInBatch);
      else deferred.reject(error);
    },
  };
}
