import { type CanonicalKey, canonicalKey } from "@millrace/model";
import type { ValueCodec } from "@millrace/ports";
import { bucketOfCanonicalKey } from "../keys/bucket-of-key.ts";
import { FORMAT_VERSION, readChunk } from "./state-chunk.ts";
import type { SavedRow } from "./keyed-table.ts";
import { entryOf, keysOf, matchesPrefix, type StateEntry, type StateQuery } from "./state-query.ts";

/**
 * State of one operator in one task as checkpoints have it, read without the job: chunks of the whole part, then of its changes, in order. Knows rows, not what they mean to the operator.
 */
export class SavedState {
  /** Of the chunks; others are refused. */
  readonly formatVersion = FORMAT_VERSION;
  readonly #operatorId: string;
  readonly #codec: ValueCodec;
  readonly #tables = new Map<string | number, Map<CanonicalKey, SavedRow>>();

  constructor(operatorId: string, codec: ValueCodec) {
    this.#operatorId = operatorId;
    this.#codec = codec;
  }

  load(bytes: Uint8Array): void {
    const { dropped, tables } = readChunk(this.#codec.decode(bytes), this.#operatorId);
    for (const number of dropped) this.#tables.delete(number);
    for (const [name, keys, values, gone] of tables) {
      const table = this.#tables.get(name) ?? new Map<CanonicalKey, SavedRow>();
      this.#tables.set(name, table);
      const isGone = new Set(gone);
      for (const [index, key] of keys.entries()) {
        if (isGone.has(index)) table.delete(canonicalKey(key));
        else table.set(canonicalKey(key), { key, saved: values[index], isGone: false });
      }
    }
  }

  /** Keys over all tables: one that is in two counts twice, as everywhere. */
  get keyCount(): number {
    let count = 0;
    for (const table of this.#tables.values()) count += table.size;
    return count;
  }

  addBuckets(buckets: Set<number>): void {
    for (const table of this.#tables.values()) for (const canonical of table.keys()) buckets.add(bucketOfCanonicalKey(canonical));
  }

  /** Rows that a query asks for, up to its limit. */
  *entries(taskIndex: number, query: StateQuery): Generator<StateEntry, void, undefined> {
    const keys = keysOf(query);
    let left = query.limit;
    for (const [name, table] of this.#tables) {
      const rows = keys === undefined ? table.values() : keys.flatMap((key) => table.get(key) ?? []);
      for (const row of rows) {
        if (!matchesPrefix(row.key, query)) continue;
        if (left-- <= 0) return;
        yield entryOf(row, { taskIndex, table: String(name) });
      }
    }
  }
}
