import { canonicalKey, type CanonicalKey } from "@millrace/model";
import type { Aggregator } from "./aggregator.ts";

/** All values. Their order is that of (source task, record), as far as windows and sessions keep it; the list grows with the values. */
export function collectList<V>(): Aggregator<V, V[], readonly V[]> {
  return {
    init: () => [],
    add: (list, value) => {
      list.push(value);
      return list;
    },
    merge: (left, right) => {
      for (const value of right) left.push(value);
      return left;
    },
  };
}

/** The distinct values, compared as keys are, in order of first appearance. */
export function collectSet<V>(): Aggregator<V, Map<CanonicalKey, V>, readonly V[]> {
  const insert = (set: Map<CanonicalKey, V>, value: V): void => {
    const canonical = canonicalKey(value);
    if (!set.has(canonical)) set.set(canonical, value);
  };
  return {
    init: () => new Map(),
    add: (set, value) => {
      insert(set, value);
      return set;
    },
    merge: (left, right) => {
      for (const value of right.values()) insert(left, value);
      return left;
    },
    result: (set) => [...set.values()],
  };
}

/** The value with the least `at` (say, its time); of equal ones any, so give an order without ties. */
export function first<V>(at: (value: V) => number): Aggregator<V, readonly V[], V | undefined> {
  const better = (left: readonly V[], right: readonly V[]): readonly V[] => {
    const [l] = left;
    const [r] = right;
    if (l === undefined) return right;
    return r === undefined || at(l) <= at(r) ? left : right;
  };
  return { init: () => [], add: (best, value) => better(best, [value]), merge: better, result: ([best]) => best };
}

/** The value with the greatest `at`. */
export function last<V>(at: (value: V) => number): Aggregator<V, readonly V[], V | undefined> {
  return first((value) => -at(value));
}

/** An aggregator of what `f` makes of each value. */
export function of<V, W, A, R>(f: (value: V) => W, aggregator: Aggregator<W, A, R>): Aggregator<V, A, R> {
  return { ...aggregator, add: (accumulator, value) => aggregator.add(accumulator, f(value)) };
}

/** An aggregator of the values that pass. */
export function when<V, A, R>(passes: (value: V) => boolean, aggregator: Aggregator<V, A, R>): Aggregator<V, A, R> {
  return { ...aggregator, add: (accumulator, value) => (passes(value) ? aggregator.add(accumulator, value) : accumulator) };
}

/** An aggregator whose accumulator is its own business. */
export interface Part<in V, out R> {
  init(): unknown;
  add(accumulator: never, value: V): unknown;
  merge(left: never, right: never): unknown;
  result?(accumulator: never): R;
}

/** Several aggregators at once: `allOf({ flights: count(), delay: of((f: Flight) => f.delay, mean()) })` gives `{ flights, delay }`. */
export function allOf<V, R extends Readonly<Record<string, unknown>>>(aggregators: { readonly [N in keyof R]: Part<V, R[N]> }): Aggregator<
  V,
  Record<string, unknown>,
  R
> {
  const parts = Object.entries(aggregators) as unknown as readonly (readonly [string, Aggregator<V, unknown>])[];
  const each = (f: (part: Aggregator<V, unknown>, name: string) => unknown): Record<string, unknown> =>
    Object.fromEntries(parts.map(([name, part]) => [name, f(part, name)]));
  return {
    init: () => each((part) => part.init()),
    add(accumulators, value) {
      for (const [name, part] of parts) accumulators[name] = part.add(accumulators[name], value);
      return accumulators;
    },
    merge(left, right) {
      for (const [name, part] of parts) left[name] = part.merge(left[name], right[name]);
      return left;
    },
    result: (accumulators) => each((part, name) => (part.result === undefined ? accumulators[name] : part.result(accumulators[name]))) as R,
  };
}
