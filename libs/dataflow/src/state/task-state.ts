import type { CanonicalKey } from "@millrace/model";
import { corruptState } from "../errors.ts";
import { CHUNK_BYTES, CHUNK_ROWS_MAX } from "../limits.ts";
import { KeyedTable, type SavedRow, type ValueForm } from "./keyed-table.ts";
import { type Chunk, FORMAT_VERSION, readChunk, type SavedTable } from "./state-chunk.ts";
import type { StateMemory } from "./state-memory.ts";

/** Tables by number: panes or batches, each of which goes as a whole. */
export interface TableFamily<V> {
  /** In order. */
  numbers(): number[];
  get(number: number): KeyedTable<V> | undefined;
  /** Made if there is none. */
  at(number: number): KeyedTable<V>;
  drop(number: number): void;
  readonly size: number;
}

/**
 * Everything that one operator keeps in one task: tables by name, tables by number. Written to checkpoints in chunks, whole or only what changed since the last one; the
 * chunks of a whole one and of every one after it, loaded in order, give it back.
 */
export class TaskState {
  /** False: the first batch is still to come, and with it the initial state. */
  started = true;
  readonly #operatorId: string;
  readonly #memory: StateMemory;
  readonly #named = new Map<string, KeyedTable<unknown>>();
  readonly #numbered = new Map<number, KeyedTable<unknown>>();
  #familyForm: ValueForm<unknown> | undefined;
  #dropped = new Set<number>();
  #isTouched = false;
  /** A checkpoint has it: what changes from now on can be told by itself. */
  #hasBase = false;

  constructor(operatorId: string, memory: StateMemory) {
    this.#operatorId = operatorId;
    this.#memory = memory;
  }

  get memory(): StateMemory {
    return this.#memory;
  }

  table<V>(name: string, form?: ValueForm<V>): KeyedTable<V> {
    const table = new KeyedTable<V>(this.#memory, form);
    this.#named.set(name, table);
    return table;
  }

  /** A state has at most one. */
  family<V>(form?: ValueForm<V>): TableFamily<V> {
    this.#familyForm = form;
    const tables = this.#numbered as Map<number, KeyedTable<V>>;
    return {
      numbers: () => Array.from(tables.keys()).sort((left, right) => left - right),
      get: (number) => tables.get(number),
      at: (number) => this.#at(number) as KeyedTable<V>,
      drop: (number) => this.#drop(number),
      get size() {
        return tables.size;
      },
    };
  }

  #at(number: number): KeyedTable<unknown> {
    let table = this.#numbered.get(number);
    if (table === undefined) this.#numbered.set(number, (table = new KeyedTable(this.#memory, this.#familyForm)));
    return table;
  }

  #drop(number: number): void {
    const table = this.#numbered.get(number);
    if (table === undefined) return;
    table.drop();
    this.#numbered.delete(number);
    if (this.#hasBase) this.#dropped.add(number);
    this.#isTouched = true;
  }

  get keyCount(): number {
    let count = 0;
    for (const [, table] of this.#tables()) count += table.size;
    return count;
  }

  /** Something beside rows changed that a checkpoint must know: that there is state at all. */
  touch(): void {
    this.#isTouched = true;
  }

  get hasChanges(): boolean {
    if (this.#isTouched) return true;
    for (const [, table] of this.#tables()) if (table.hasChanges) return true;
    return false;
  }

  get hasBase(): boolean {
    return this.#hasBase;
  }

  /** Rows as a checkpoint would have them now, with the name of their table: of some keys, or all. Changes nothing. */
  *rows(keys: readonly CanonicalKey[] | undefined): Generator<{ readonly table: string; readonly row: SavedRow }, void, undefined> {
    for (const [name, table] of this.#tables()) {
      if (keys === undefined) {
        for (const row of table.rows(true)) yield { table: String(name), row };
        continue;
      }
      for (const key of keys) {
        const row = table.row(key);
        if (row !== undefined) yield { table: String(name), row };
      }
    }
  }

  /** To be walked through to the end before the next batch; the state counts as saved then. */
  *chunks(full: boolean): Generator<Uint8Array, void, undefined> {
    const isFull = full || !this.#hasBase;
    let tables: SavedTable[] = [];
    let dropped: readonly number[] = isFull ? [] : [...this.#dropped];
    const chunks = { isFirst: true };
    let left = CHUNK_ROWS_MAX;
    const flush = (): Uint8Array => {
      const chunk: Chunk = { version: FORMAT_VERSION, started: this.started, dropped, tables };
      [tables, dropped, left, chunks.isFirst] = [[], [], CHUNK_ROWS_MAX, false];
      return this.#memory.codec.encode(chunk);
    };
    for (const [name, table] of this.#tables()) {
      const rowCost = Math.max(1, Math.ceil((table.entryBytes * CHUNK_ROWS_MAX) / CHUNK_BYTES));
      let [keys, values, gone]: [unknown[], unknown[], number[]] = [[], [], []];
      for (const { key, saved, isGone } of table.rows(isFull)) {
        if (isGone) gone.push(keys.length);
        keys.push(key);
        values.push(saved);
        left -= rowCost;
        if (left > 0) continue;
        tables.push([name, keys, values, gone]);
        [keys, values, gone] = [[], [], []];
        yield flush();
      }
      if (keys.length > 0) tables.push([name, keys, values, gone]);
    }
    if (tables.length > 0 || chunks.isFirst) yield flush();
    this.#endSave();
  }

  #endSave(): void {
    for (const [, table] of this.#tables()) table.endSave();
    this.#dropped = new Set();
    this.#isTouched = false;
    this.#hasBase = this.started;
  }

  /** One chunk, in order; `endLoad` when all are there. */
  load(bytes: Uint8Array): void {
    const chunk = readChunk(this.#memory.codec.decode(bytes), this.#operatorId);
    this.started = chunk.started;
    for (const number of chunk.dropped) this.#drop(number);
    for (const [name, keys, values, gone] of chunk.tables) {
      const table = typeof name === "number" ? this.#at(name) : this.#named.get(name);
      if (table === undefined) throw corruptState(this.#operatorId, `it has a table ${name}, which this version does not know`);
      const isGone = new Set(gone);
      for (const [index, key] of keys.entries()) table.loadRow({ key, saved: values[index], isGone: isGone.has(index) });
      this.#memory.relieve();
    }
  }

  endLoad(): void {
    this.#endSave();
  }

  *#tables(): Generator<readonly [string | number, KeyedTable<unknown>], void, undefined> {
    yield* this.#named;
    yield* this.#numbered;
  }
}
