import type { JobFunction } from "@millrace/model";
import { eraseFunction } from "./erase.ts";
import { jobError } from "./errors.ts";

/**
 * Folds the values V of one key and one window into an accumulator A and, when the window closes, into a result R.
 * `add` and `merge` may change their first argument and return it; they must give the same result in every grouping of the values,
 * since values are added up on the sending side of the shuffle and merged on the other. Accumulators travel and are checkpointed:
 * plain data (numbers, strings, arrays, objects, Map, Set, Date, bytes), no functions or class instances.
 */
export interface Aggregator<V, A, R = A> {
  init(): A;
  add(accumulator: A, value: V): A;
  merge(left: A, right: A): A;
  /** Absent: the accumulator itself. */
  result?(accumulator: A): R;
}

/** The four functions of an aggregator; an incomplete one (from plain JavaScript) is refused. */
export function aggregatorFunctions<V, A, R>(aggregator: Aggregator<V, A, R>, operator: string): Readonly<Record<string, JobFunction>> {
  const given: Partial<Aggregator<V, A, R>> = aggregator;
  for (const name of ["init", "add", "merge"] as const) {
    if (typeof given[name] === "function") continue;
    throw jobError("aggregator-incomplete", `an aggregator needs init, add and merge: give it ${name}`, { operator, missing: name });
  }
  return {
    init: eraseFunction(() => aggregator.init()),
    add: eraseFunction((accumulator: A, value: V) => aggregator.add(accumulator, value)),
    merge: eraseFunction((left: A, right: A) => aggregator.merge(left, right)),
    result: eraseFunction((accumulator: A) => (aggregator.result === undefined ? accumulator : aggregator.result(accumulator))),
  };
}
