import { canonicalKey, type CanonicalKey } from "@millrace/model";

/** What a keyed operator keeps of one key. */
export interface KeyedEntry<V> {
  readonly key: unknown;
  value: V;
}

/**
 * State of one operator in one task, by key: the one door to where it is kept. This one is in memory. A value that was changed in place must be `set` again, so
 * that an implementation that spills or writes increments hears of it. Entries come in order of their first `set`, also after `load`.
 */
export class KeyedTable<V> {
  #entries = new Map<CanonicalKey, KeyedEntry<V>>();
  #changed = false;

  get size(): number {
    return this.#entries.size;
  }

  get(canonical: CanonicalKey): KeyedEntry<V> | undefined {
    return this.#entries.get(canonical);
  }

  set(canonical: CanonicalKey, key: unknown, value: V): void {
    this.#changed = true;
    const known = this.#entries.get(canonical);
    if (known === undefined) this.#entries.set(canonical, { key, value });
    else known.value = value;
  }

  delete(canonical: CanonicalKey): boolean {
    const had = this.#entries.delete(canonical);
    if (had) this.#changed = true;
    return had;
  }

  entries(): IterableIterator<[CanonicalKey, KeyedEntry<V>]> {
    return this.#entries.entries();
  }

  values(): IterableIterator<KeyedEntry<V>> {
    return this.#entries.values();
  }

  /** Something else than keys changed that is saved with them. */
  touch(): void {
    this.#changed = true;
  }

  takeChanged(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  /** Columns of keys and values. */
  save(): readonly [keys: readonly unknown[], values: readonly V[]] {
    const entries = Array.from(this.#entries.values());
    return [entries.map(({ key }) => key), entries.map(({ value }) => value)];
  }

  load(keys: readonly unknown[], values: readonly V[]): void {
    this.#entries = new Map(keys.map((key, index) => [canonicalKey(key), { key, value: values[index] as V }]));
  }
}
