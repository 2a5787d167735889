import { canonicalKey, type CanonicalKey } from "@millrace/model";
import type { KeyOf, Pair, ValueOf } from "./pair.ts";

/** Stands as `this` of operators that need keys, as in `DStream`. */
type PairBatch = Batch<Pair<unknown, unknown>>;

/**
 * One batch of a stream, as `transform` hands it out: the same operators as the stream has per batch, and what needs a whole batch (sorting, distinct,
 * set operations). Lazy: what no result asks for is not computed; then once. Keys and values are compared as streams compare them.
 */
export class Batch<out T> {
  readonly #compute: () => readonly T[];
  #computed: readonly T[] | undefined;

  constructor(compute: () => readonly T[]) {
    this.#compute = compute;
  }

  /** A batch of these elements. */
  static of<T>(elements: Iterable<T>): Batch<T> {
    return new Batch(() => [...elements]);
  }

  /** All elements, in partition order. */
  collect(): readonly T[] {
    return (this.#computed ??= this.#compute());
  }

  count(): number {
    return this.collect().length;
  }

  isEmpty(): boolean {
    return this.count() === 0;
  }

  take(count: number): readonly T[] {
    return this.collect().slice(0, count);
  }

  /** Undefined for an empty batch. */
  reduce(f: (left: T, right: T) => T): T | undefined {
    const [first, ...rest] = this.collect();
    return first === undefined ? undefined : rest.reduce((left, right) => f(left, right), first);
  }

  map<U>(f: (element: T) => U): Batch<U> {
    return new Batch(() => this.collect().map((element) => f(element)));
  }

  flatMap<U>(f: (element: T) => Iterable<U>): Batch<U> {
    return new Batch(() => this.collect().flatMap((element) => [...f(element)]));
  }

  filter<S extends T>(f: (element: T) => element is S): Batch<S>;
  filter(f: (element: T) => boolean): Batch<T>;
  filter(f: (element: T) => boolean): Batch<T> {
    return new Batch(() => this.collect().filter((element) => f(element)));
  }

  sortBy(compare: (left: T, right: T) => number): Batch<T> {
    return new Batch(() => this.collect().toSorted(compare));
  }

  union<U>(other: Batch<U>): Batch<T | U> {
    return new Batch((): readonly (T | U)[] => [...this.collect(), ...other.collect()]);
  }

  /** Each element once, where it comes first. */
  distinct(): Batch<T> {
    return new Batch(() => [...firstByKey(this.collect()).values()]);
  }

  /** Elements that do not occur in the other batch, duplicates kept. */
  subtract(other: Batch<unknown>): Batch<T> {
    return new Batch(() => {
      const keys = firstByKey(other.collect());
      return this.collect().filter((element) => !keys.has(canonicalKey(element)));
    });
  }

  /** Distinct elements that occur in both. */
  intersection(other: Batch<unknown>): Batch<T> {
    return new Batch(() => {
      const keys = firstByKey(other.collect());
      return this.distinct()
        .collect()
        .filter((element) => keys.has(canonicalKey(element)));
    });
  }

  cartesian<U>(other: Batch<U>): Batch<Pair<T, U>> {
    return new Batch(() => this.collect().flatMap((left) => other.collect().map((right) => [left, right] as const)));
  }

  countByValue(): Batch<Pair<T, number>> {
    return this.map((element): Pair<T, number> => [element, 1]).reduceByKey((left, right) => left + right);
  }

  mapValues<U>(this: PairBatch, f: (value: ValueOf<T>) => U): Batch<Pair<KeyOf<T>, U>> {
    return typedPairs<T>(this).map(([key, value]) => [key, f(value)] as const);
  }

  flatMapValues<U>(this: PairBatch, f: (value: ValueOf<T>) => Iterable<U>): Batch<Pair<KeyOf<T>, U>> {
    return typedPairs<T>(this).flatMap(([key, value]) => Array.from(f(value), (item) => [key, item] as const));
  }

  groupByKey(this: PairBatch): Batch<Pair<KeyOf<T>, readonly ValueOf<T>[]>> {
    return new Batch(() => Array.from(groupsOf(typedPairs<T>(this)).values(), ({ key, values }) => [key, values] as const));
  }

  reduceByKey(this: PairBatch, f: (left: ValueOf<T>, right: ValueOf<T>) => ValueOf<T>): Batch<Pair<KeyOf<T>, ValueOf<T>>> {
    return new Batch(() =>
      Array.from(
        groupsOf(typedPairs<T>(this)).values(),
        ({ key, values }) => [key, values.reduce((left, right) => f(left, right))] as const,
      ),
    );
  }

  /** For each key on either side the values of both. */
  cogroup<W>(this: PairBatch, other: Batch<Pair<KeyOf<T>, W>>): Batch<Pair<KeyOf<T>, Pair<readonly ValueOf<T>[], readonly W[]>>> {
    return new Batch(() => {
      const left = groupsOf(typedPairs<T>(this));
      const right = groupsOf(other);
      const keys = new Map([...right, ...left].map(([canonical, { key }]) => [canonical, key]));
      return Array.from(
        keys,
        ([canonical, key]) => [key, [left.get(canonical)?.values ?? [], right.get(canonical)?.values ?? []]] as const,
      );
    });
  }

  /** Per key the cross product of both sides. */
  join<W>(this: PairBatch, other: Batch<Pair<KeyOf<T>, W>>): Batch<Pair<KeyOf<T>, Pair<ValueOf<T>, W>>> {
    const both: Batch<Pair<KeyOf<T>, Pair<readonly ValueOf<T>[], readonly W[]>>> = typedPairs<T>(this).cogroup<W>(other);
    return both.flatMap(([key, [lefts, rights]]) => lefts.flatMap((left) => rights.map((right) => [key, [left, right]] as const)));
  }

  /** The same; a key without a right side has undefined there. */
  leftOuterJoin<W>(this: PairBatch, other: Batch<Pair<KeyOf<T>, W>>): Batch<Pair<KeyOf<T>, Pair<ValueOf<T>, W | undefined>>> {
    const both: Batch<Pair<KeyOf<T>, Pair<readonly ValueOf<T>[], readonly W[]>>> = typedPairs<T>(this).cogroup<W>(other);
    return both.flatMap(([key, [lefts, rights]]) =>
      lefts.flatMap((left) => orAbsent(rights).map((right) => [key, [left, right]] as const)),
    );
  }
}

function orAbsent<W>(values: readonly W[]): readonly (W | undefined)[] {
  return values.length === 0 ? [undefined] : values;
}

interface Group<K, V> {
  readonly key: K;
  readonly values: V[];
}

function groupsOf<K, V>(batch: Batch<Pair<K, V>>): Map<CanonicalKey, Group<K, V>> {
  const groups = new Map<CanonicalKey, Group<K, V>>();
  for (const [key, value] of batch.collect()) {
    const canonical = canonicalKey(key);
    const group = groups.get(canonical);
    if (group === undefined) groups.set(canonical, { key, values: [value] });
    else group.values.push(value);
  }
  return groups;
}

function firstByKey<T>(elements: readonly T[]): Map<CanonicalKey, T> {
  const first = new Map<CanonicalKey, T>();
  for (const element of elements) {
    const canonical = canonicalKey(element);
    if (!first.has(canonical)) first.set(canonical, element);
  }
  return first;
}

/** `this` of a pair operator with the types of its parts: that T is a pair was checked by the call. */
function typedPairs<T>(batch: PairBatch): Batch<Pair<KeyOf<T>, ValueOf<T>>> {
  return batch as Batch<Pair<KeyOf<T>, ValueOf<T>>>;
}
