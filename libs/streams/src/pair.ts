/** An element with a key: what the ...ByKey operators work on. */
export type Pair<K, V> = readonly [K, V];

/** Key type of a pair type. */
export type KeyOf<T> = T extends readonly [infer K, unknown] ? K : never;
/** Value type of a pair type. */
export type ValueOf<T> = T extends readonly [unknown, infer V] ? V : never;

/** A pair, with the types of its parts kept (a bare `[key, value]` would be an array of either). */
export function pair<K, V>(key: K, value: V): Pair<K, V> {
  return [key, value];
}
