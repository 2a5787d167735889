import { canonicalKey, type CanonicalKey } from "@millrace/model";
import { ENTRY_OVERHEAD_BYTES, WALK_ENTRIES, WEIGHED_ONE_IN } from "../limits.ts";
import { ColdRows } from "./cold-rows.ts";
import { estimateBytes } from "./estimate-bytes.ts";
import type { Spillable, StateMemory } from "./state-memory.ts";

/** What a keyed operator keeps of one key. Beside key and value everything is the table's own. */
export interface KeyedEntry<V> {
  readonly key: unknown;
  value: V;
  /** Order of first `set`. */
  readonly position: number;
  /** Generation of checkpoints in which it was changed last. */
  changedIn: number;
  /** Since the last look for what may go to the store. */
  isUsed: boolean;
  isHot: boolean;
  isGone: boolean;
  /** The store knows the key, and (`isStored`) this very value. */
  isIndexed: boolean;
  isStored: boolean;
}

/** How values look in checkpoints and in the store: plain data. */
export interface ValueForm<V> {
  save(value: V): unknown;
  load(saved: unknown): V;
}

/** One line of a checkpoint; without a value the key is gone. */
export interface SavedRow {
  readonly key: unknown;
  readonly saved?: unknown;
  readonly isGone: boolean;
}

const PLAIN: ValueForm<never> = { save: (value) => value, load: (saved) => saved as never };

/**
 * State of one operator in one task, by key: the one door to where it is kept, in memory and, beyond the worker's budget, in its state store. Who changes a value in
 * place must `touch` its entry, or neither checkpoint nor store hears of it. Entries come in order of their first `set`, wherever they are and also after a restart.
 */
export class KeyedTable<V> implements Spillable {
  readonly #memory: StateMemory;
  readonly #form: ValueForm<V>;
  readonly #cold: ColdRows;
  #hot = new Map<CanonicalKey, KeyedEntry<V>>();
  #size = 0;
  #positions = 0;
  /** Whether all of it is in memory, in order. */
  #isWhole = true;
  #generation = 1;
  /** Highest position that a checkpoint knows. */
  #savedPosition = 0;
  #changed: KeyedEntry<V>[] = [];
  #gone: { readonly position: number; readonly key: unknown }[] = [];
  #isLoading = false;
  #entryBytes = 64;
  #weighed = 0;
  #hand: IterableIterator<[CanonicalKey, KeyedEntry<V>]> | undefined;

  constructor(memory: StateMemory, form: ValueForm<V> = PLAIN) {
    this.#memory = memory;
    this.#form = form;
    this.#cold = new ColdRows(memory, memory.join(this));
  }

  get size(): number {
    return this.#size;
  }

  /** Estimated, of one entry with its key. */
  get entryBytes(): number {
    return this.#entryBytes;
  }

  get memoryBytes(): number {
    return (this.#hot.size + this.#gone.length) * (ENTRY_OVERHEAD_BYTES + this.#entryBytes);
  }

  get(canonical: CanonicalKey): KeyedEntry<V> | undefined {
    const entry = this.#hot.get(canonical);
    if (entry === undefined) return this.#size === this.#hot.size ? undefined : this.#fetch(canonical);
    entry.isUsed = true;
    return entry;
  }

  /** The key as a checkpoint would have it now. */
  row(canonical: CanonicalKey): SavedRow | undefined {
    const entry = this.get(canonical);
    return entry === undefined ? undefined : { key: entry.key, saved: this.#form.save(entry.value), isGone: false };
  }

  set(canonical: CanonicalKey, key: unknown, value: V): void {
    const known = this.get(canonical);
    if (known === undefined) {
      this.add(canonical, key, value);
    } else {
      known.value = value;
      this.touch(canonical, known);
    }
  }

  /** The same for a key of which `get` has just said that it is not there. */
  add(canonical: CanonicalKey, key: unknown, value: V): void {
    const entry = createEntry(key, value, ++this.#positions);
    this.#size++;
    this.#keep(canonical, entry);
    this.touch(canonical, entry);
  }

  /** The entry's value has changed. */
  touch(canonical: CanonicalKey, entry: KeyedEntry<V>): void {
    if (!entry.isHot) this.#keep(canonical, entry);
    entry.isUsed = true;
    entry.isStored = false;
    if (entry.changedIn !== this.#generation && !this.#isLoading) {
      entry.changedIn = this.#generation;
      this.#changed.push(entry);
    }
    if ((++this.#weighed & (WEIGHED_ONE_IN - 1)) === 1) this.#weigh(entry);
  }

  delete(canonical: CanonicalKey): boolean {
    const entry = this.get(canonical);
    if (entry === undefined) return false;
    this.#hot.delete(canonical);
    this.#size--;
    entry.isHot = false;
    entry.isGone = true;
    if (entry.isIndexed) this.#cold.remove(canonical, entry.position);
    if (entry.position <= this.#savedPosition && !this.#isLoading) this.#gone.push({ position: entry.position, key: entry.key });
    if (this.#size === 0) this.#isWhole = true;
    return true;
  }

  /** In order of first `set`. The key in hand may be set, touched or deleted meanwhile; keys that are new meanwhile may be left out. */
  *entries(): Generator<[CanonicalKey, KeyedEntry<V>], void, undefined> {
    if (this.#memory.store === undefined) {
      yield* this.#hot;
      return;
    }
    const hot = Array.from(this.#hot);
    if (!this.#isWhole) hot.sort((left, right) => left[1].position - right[1].position);
    const cold = this.#size > hot.length ? this.#cold.rows(this.#positions) : [];
    let walked = 0;
    for (const entry of this.#merged(hot, cold)) {
      yield entry;
      if (++walked % WALK_ENTRIES === 0) this.#memory.relieve();
    }
  }

  /** The same for who changes nothing meanwhile. */
  unchanged(): Iterable<readonly [CanonicalKey, KeyedEntry<V>]> {
    return this.#isWhole && this.#size === this.#hot.size ? this.#hot : this.entries();
  }

  *values(): Generator<KeyedEntry<V>, void, undefined> {
    for (const [, entry] of this.entries()) yield entry;
  }

  *#merged(
    hot: readonly [CanonicalKey, KeyedEntry<V>][],
    cold: Iterable<{ readonly position: number; readonly row: readonly [unknown, unknown] }>,
  ): Generator<[CanonicalKey, KeyedEntry<V>], void, undefined> {
    let next = 0;
    for (const { position, row } of cold) {
      for (let first = hot[next]; first !== undefined && first[1].position < position; first = hot[++next])
        if (!first[1].isGone) yield first;
      const same = hot[next];
      if (same?.[1].position === position) continue; // The next round yields it.
      yield [canonicalKey(row[0]), this.#coldEntry(row, position)];
    }
    for (; next < hot.length; next++) {
      const rest = hot[next];
      if (rest !== undefined && !rest[1].isGone) yield rest;
    }
  }

  #coldEntry([key, saved]: readonly [unknown, unknown], position: number): KeyedEntry<V> {
    return { ...createEntry(key, this.#form.load(saved), position), isHot: false, isIndexed: true, isStored: true };
  }

  #fetch(canonical: CanonicalKey): KeyedEntry<V> | undefined {
    const found = this.#cold.find(canonical);
    if (found === undefined) return undefined;
    const entry = this.#coldEntry(found.row, found.position);
    this.#keep(canonical, entry);
    return entry;
  }

  #keep(canonical: CanonicalKey, entry: KeyedEntry<V>): void {
    entry.isHot = true;
    this.#hot.set(canonical, entry);
    if (entry.isIndexed) this.#isWhole = false;
  }

  /** A moving mean over what is set, so that values which grow are noticed. */
  #weigh(entry: KeyedEntry<V>): void {
    const bytes = estimateBytes(entry.key) + estimateBytes(entry.value);
    this.#entryBytes = this.#weighed === 1 ? bytes : this.#entryBytes + (bytes - this.#entryBytes) / 8;
  }

  spill(bytesMax: number): void {
    for (const { position, key } of this.#gone.splice(0)) this.#cold.noteGone(position, key);
    const countMax = Math.floor(bytesMax / (ENTRY_OVERHEAD_BYTES + this.#entryBytes));
    for (let looks = 3 * this.#hot.size; looks > 0 && this.#hot.size > countMax; looks--) {
      this.#hand ??= this.#hot.entries();
      const next = this.#hand.next();
      if (next.done === true) {
        this.#hand = undefined;
        continue;
      }
      const [canonical, entry] = next.value;
      if (entry.isUsed) entry.isUsed = false;
      else this.#evict(canonical, entry);
    }
    this.#hand = undefined;
    this.#changed = this.#changed.filter(({ isHot }) => isHot);
  }

  #evict(canonical: CanonicalKey, entry: KeyedEntry<V>): void {
    const isChanged = entry.changedIn === this.#generation;
    if (!entry.isStored && !this.#cold.store(canonical, entry, this.#form.save(entry.value))) return; // Another key has its place: it stays.
    if (isChanged) this.#cold.noteChanged(entry.position);
    this.#hot.delete(canonical);
    entry.isHot = false;
    this.#isWhole = false;
  }

  get hasChanges(): boolean {
    return this.#changed.length > 0 || this.#gone.length > 0 || this.#cold.hasChanges;
  }

  /** All entries, or what changed since `endSave`, in an order that `loadRow` brings back. To be walked through to its end, then `endSave`. */
  *rows(full: boolean): Generator<SavedRow, void, undefined> {
    if (full) {
      for (const { key, value } of this.values()) yield { key, saved: this.#form.save(value), isGone: false };
      return;
    }
    const changed = this.#changed.filter(({ isGone, isHot }) => isHot && !isGone);
    const own = [
      ...changed.map((entry) => ({
        position: entry.position,
        row: () => ({ key: entry.key, saved: this.#form.save(entry.value), isGone: false }),
      })),
      ...this.#gone.map(({ position, key }) => ({ position, row: (): SavedRow => ({ key, isGone: true }) })),
    ].sort((left, right) => left.position - right.position);
    let next = 0;
    for (const { position, row } of this.#cold.changes()) {
      for (let first = own[next]; first !== undefined && first.position < position; first = own[++next]) yield first.row();
      if (own[next]?.position !== position) yield row;
    }
    for (; next < own.length; next++) {
      const rest = own[next];
      if (rest !== undefined) yield rest.row();
    }
  }

  /** A checkpoint has all that `rows` gave. */
  endSave(): void {
    this.#generation++;
    this.#changed = [];
    this.#gone = [];
    this.#savedPosition = this.#positions;
    this.#cold.forgetChanges();
  }

  /** A row of a checkpoint, in order; `endSave` when all are there. */
  loadRow({ key, saved, isGone }: SavedRow): void {
    this.#isLoading = true;
    const canonical = canonicalKey(key);
    if (isGone) this.delete(canonical);
    else this.set(canonical, key, this.#form.load(saved));
    this.#isLoading = false;
  }

  /** Forgets everything, as if it had never been; the table must not be used again. */
  drop(): void {
    this.#hot = new Map();
    this.#size = 0;
    this.#cold.drop();
    this.#memory.leave(this);
  }
}

function createEntry<V>(key: unknown, value: V, position: number): KeyedEntry<V> {
  return { key, value, position, changedIn: 0, isUsed: true, isHot: false, isGone: false, isIndexed: false, isStored: false };
}
