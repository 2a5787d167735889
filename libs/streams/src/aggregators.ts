import type { Aggregator } from "./aggregator.ts";

/** How many values. */
export function count(): Aggregator<unknown, number> {
  return { init: () => 0, add: (n) => n + 1, merge: (left, right) => left + right };
}

/** Sum of numbers; 0 for none. */
export function sum(): Aggregator<number, number> {
  return { init: () => 0, add: (total, value) => total + value, merge: (left, right) => left + right };
}

export interface CountAndMean {
  readonly count: number;
  readonly mean: number;
}

/** Count and arithmetic mean of numbers. The sum is kept, not a running mean, so that whole numbers give the same bits in every order. */
export function countAndMean(): Aggregator<number, [count: number, sum: number], CountAndMean> {
  return {
    init: () => [0, 0],
    add: (accumulator, value) => {
      accumulator[0]++;
      accumulator[1] += value;
      return accumulator;
    },
    merge: (left, right) => {
      left[0] += right[0];
      left[1] += right[1];
      return left;
    },
    result: ([n, total]) => ({ count: n, mean: total / n }),
  };
}

/** Arithmetic mean of numbers; undefined for none. */
export function mean(): Aggregator<number, [count: number, sum: number], number | undefined> {
  const both = countAndMean();
  return { ...both, result: ([n, total]) => (n === 0 ? undefined : total / n) };
}

/** Smallest value by `compare` (default: `<`); of equal ones any. */
export function min<V>(compare: (left: V, right: V) => number = natural): Aggregator<V, readonly V[], V | undefined> {
  const smaller = (left: readonly V[], right: readonly V[]): readonly V[] => {
    const [l] = left;
    const [r] = right;
    if (l === undefined) return right;
    return r === undefined || compare(l, r) <= 0 ? left : right;
  };
  return { init: () => [], add: (best, value) => smaller(best, [value]), merge: smaller, result: ([best]) => best };
}

/** Greatest value by `compare` (default: `<`); of equal ones any. */
export function max<V>(compare: (left: V, right: V) => number = natural): Aggregator<V, readonly V[], V | undefined> {
  return min((left, right) => compare(right, left));
}

/**
 * The first `limit` values in the order of `compare`. Give an order without ties (by code, by id), else which of the equal values are
 * kept would depend on how they were grouped. The accumulator never holds more than `limit` values.
 */
export function top<V>(limit: number, compare: (left: V, right: V) => number): Aggregator<V, V[], readonly V[]> {
  const insert = (best: V[], value: V): V[] => {
    const index = best.findIndex((other) => compare(value, other) < 0);
    if (index >= 0) best.splice(index, 0, value);
    else if (best.length < limit) best.push(value);
    if (best.length > limit) best.pop();
    return best;
  };
  return { init: () => [], add: insert, merge: (left, right) => right.reduce(insert, left) };
}

function natural(left: unknown, right: unknown): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  const l = String(left);
  const r = String(right);
  return l < r ? -1 : l > r ? 1 : 0;
}
