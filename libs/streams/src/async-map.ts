import type { Duration } from "./duration.ts";
import { jobError } from "./errors.ts";
import type { FunctionsByName } from "./erase.ts";
import type { OperatorSpec } from "./graph-builder.ts";
import {
  ASYNC_CAPACITY_DEFAULT,
  ASYNC_CAPACITY_MAX,
  ASYNC_RETRIES_MAX,
  ASYNC_RETRY_AFTER_MS_DEFAULT,
  ASYNC_TIMEOUT_MS_DEFAULT,
} from "./limits.ts";
import { shuffle, type ShuffleOptions } from "./shuffle-options.ts";

/** What `mapAsync` tells the function beside the element. */
export interface AsyncCall {
  /** Aborted when the time is over, or the batch has failed: hand it to `fetch` and the like. */
  readonly signal: AbortSignal;
  /** From 1. */
  readonly attempt: number;
}

/** Options of `mapAsync`. */
export interface AsyncMapOptions<T, U> extends ShuffleOptions {
  /** Questions that a task has under way at most. Default: 100. */
  readonly capacity?: number;
  /** For each attempt. Default: 10 s. */
  readonly timeout?: Duration;
  /** Attempts after one that failed or took too long, each after twice the wait. Default: 0. */
  readonly retries?: number;
  /** Wait before the first of them. Default: 100 ms. */
  readonly retryAfter?: Duration;
  /** Results in the order of the elements (default), or of the answers, which may be soon for some elements and late for others. */
  readonly order?: "input" | "answer";
  /** What takes the element's place if no attempt had an answer. Default: the batch fails, and is tried again as the job's restarts say. */
  readonly otherwise?: (element: T, error: unknown) => U;
}

/** The operator of `mapAsync`, checked, and its functions. */
export function asyncMap<T, U>(
  f: (element: T, call: AsyncCall) => Promise<U>,
  options: AsyncMapOptions<T, U>,
): { readonly spec: OperatorSpec; readonly functions: FunctionsByName } {
  const capacity = whole("capacity", options.capacity ?? ASYNC_CAPACITY_DEFAULT, { min: 1, max: ASYNC_CAPACITY_MAX });
  const retries = whole("retries", options.retries ?? 0, { min: 0, max: ASYNC_RETRIES_MAX });
  const timeoutMs = whole("timeout", options.timeout ?? ASYNC_TIMEOUT_MS_DEFAULT, { min: 1, max: WAIT_MS_MAX });
  const retryAfterMs = whole("retryAfter", options.retryAfter ?? ASYNC_RETRY_AFTER_MS_DEFAULT, { min: 1, max: WAIT_MS_MAX });
  const { order = "input", otherwise } = options;
  const settings = { capacity, timeoutMs, retries, retryAfterMs, order };
  return {
    spec: { kind: "mapAsync", ...settings, ...(otherwise === undefined ? {} : { hasOtherwise: true }), ...shuffle(options) },
    functions: { f, ...(otherwise === undefined ? {} : { otherwise }) },
  };
}

/** A batch has five minutes. */
const WAIT_MS_MAX = 300_000;

function whole(name: string, value: number, { min, max }: { readonly min: number; readonly max: number }): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw jobError("invalid-operator-setting", `${name} of mapAsync must be a whole number from ${min} to ${max}`, { [name]: String(value) });
}
