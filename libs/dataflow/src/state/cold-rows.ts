import { canonicalKey, type CanonicalKey } from "@millrace/model";
import { indexKey, numberKey, numberOf, SPACE, spaceStart } from "./store-keys.ts";
import type { SavedRow } from "./keyed-table.ts";
import type { StateMemory } from "./state-memory.ts";

type Row = readonly [key: unknown, saved: unknown];

const NOTHING = new Uint8Array();

/** The part of one table that lies in the state store: rows by position, positions by key, and which of them the next checkpoint must tell. */
export class ColdRows {
  readonly #memory: StateMemory;
  readonly #table: number;
  /** Something was written: else there is nothing to remove. */
  #isUsed = false;
  #hasChanges = false;

  constructor(memory: StateMemory, table: number) {
    this.#memory = memory;
    this.#table = table;
  }

  get hasChanges(): boolean {
    return this.#hasChanges;
  }

  find(canonical: CanonicalKey): { readonly position: number; readonly row: Row } | undefined {
    const { store } = this.#memory;
    const place = store?.get(this.#indexKey(canonical));
    const bytes = place === undefined ? undefined : store?.get(place);
    if (place === undefined || bytes === undefined) return undefined;
    const row = this.#memory.codec.decode(bytes) as Row;
    return canonicalKey(row[0]) === canonical ? { position: numberOf(place), row } : undefined;
  }

  /** False: another key has the place of this one (equal hashes of two long keys). */
  store(
    canonical: CanonicalKey,
    entry: { readonly key: unknown; readonly position: number; isIndexed: boolean; isStored: boolean },
    saved: unknown,
  ): boolean {
    const { store, codec } = this.#memory;
    const place = numberKey(this.#table, SPACE.rows, entry.position);
    if (!entry.isIndexed) {
      const index = this.#indexKey(canonical);
      if (store?.get(index) !== undefined) return false;
      store?.put(index, place);
    }
    store?.put(place, codec.encode([entry.key, saved]));
    entry.isIndexed = true;
    entry.isStored = true;
    this.#isUsed = true;
    return true;
  }

  remove(canonical: CanonicalKey, position: number): void {
    this.#memory.store?.remove(this.#indexKey(canonical));
    this.#memory.store?.remove(numberKey(this.#table, SPACE.rows, position));
  }

  noteChanged(position: number): void {
    this.#hasChanges = true;
    this.#memory.store?.put(numberKey(this.#table, SPACE.changes, position), NOTHING);
  }

  noteGone(position: number, key: unknown): void {
    this.#isUsed = true;
    this.#hasChanges = true;
    this.#memory.store?.put(numberKey(this.#table, SPACE.changes, position), this.#memory.codec.encode([key]));
  }

  /** In order of position, up to `last`. */
  *rows(last: number): Generator<{ readonly position: number; readonly row: Row }, void, undefined> {
    for (const [key, bytes] of this.#range(SPACE.rows)) {
      const position = numberOf(key);
      if (position > last) return;
      yield { position, row: this.#memory.codec.decode(bytes) as Row };
    }
  }

  *changes(): Generator<{ readonly position: number; readonly row: SavedRow }, void, undefined> {
    if (!this.#hasChanges) return;
    const { codec, store } = this.#memory;
    for (const [key, bytes] of this.#range(SPACE.changes)) {
      const position = numberOf(key);
      if (bytes.length > 0) {
        yield { position, row: { key: (codec.decode(bytes) as readonly unknown[])[0], isGone: true } };
        continue;
      }
      const row = store?.get(numberKey(this.#table, SPACE.rows, position));
      if (row === undefined) continue; // Gone since, which memory knows.
      const [own, saved] = codec.decode(row) as Row;
      yield { position, row: { key: own, saved, isGone: false } };
    }
  }

  forgetChanges(): void {
    if (this.#hasChanges) this.#removeAll(SPACE.changes);
    this.#hasChanges = false;
  }

  drop(): void {
    if (!this.#isUsed) return;
    for (const space of [SPACE.rows, SPACE.index, SPACE.changes]) this.#removeAll(space);
  }

  #removeAll(space: number): void {
    for (const [key] of this.#range(space)) this.#memory.store?.remove(key);
  }

  #range(space: number): Iterable<readonly [Uint8Array, Uint8Array]> {
    return this.#memory.store?.range(spaceStart(this.#table, space), spaceStart(this.#table, space + 1)) ?? [];
  }

  #indexKey(canonical: CanonicalKey): Uint8Array {
    return indexKey(this.#table, canonical, this.#memory.store?.keyBytesMax ?? Infinity);
  }
}
