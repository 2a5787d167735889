import { canonicalKey, type CanonicalKey } from "@millrace/model";
import { invalidStateKey } from "../errors.ts";
import { bucketOfCanonicalKey } from "../keys/bucket-of-key.ts";
import { STATE_ANSWER_CHARS_MAX, STATE_QUERY_ROWS_MAX, STATE_VALUE_BYTES_MAX } from "../limits.ts";
import { estimateBytes } from "./estimate-bytes.ts";
import type { SavedRow } from "./keyed-table.ts";
import { stateText } from "./state-text.ts";

/** Which rows of an operator's state somebody wants to see. */
export interface StateQuery {
  /** JSON of keys; empty: all. */
  readonly keysJson: readonly string[];
  /** What the text of a key (a string itself, else its JSON) begins with. */
  readonly keyPrefix: string;
  readonly limit: number;
}

/** One row, as text. */
export interface StateEntry {
  readonly taskIndex: number;
  readonly table: string;
  readonly bucket: number;
  readonly keyJson: string;
  /** "" when the value is too large to show. */
  readonly valueJson: string;
  /** About how large a value is that is not shown; 0: it is shown. */
  readonly valueBytes: number;
}

export interface StateAnswer {
  readonly entries: readonly StateEntry[];
  /** A bound was reached: there may be more. */
  readonly more: boolean;
}

/** Keys that a query names, in the form of tables: a whole number is also the bigint of its value, since JSON has only one of them. Throws `state-key-invalid`. */
export function keysOf({ keysJson }: StateQuery): readonly CanonicalKey[] | undefined {
  if (keysJson.length === 0) return undefined;
  const keys = keysJson.flatMap((text): unknown[] => {
    const key = parseKey(text);
    return typeof key === "number" && Number.isInteger(key) ? [key, BigInt(key)] : [key];
  });
  return [...new Set(keys.map(canonicalKey))];
}

function parseKey(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw invalidStateKey(text, error);
  }
}

export function matchesPrefix(key: unknown, { keyPrefix }: StateQuery): boolean {
  return keyPrefix === "" || (typeof key === "string" ? key : stateText(key)).startsWith(keyPrefix);
}

export function entryOf({ key, saved }: SavedRow, at: { readonly taskIndex: number; readonly table: string }): StateEntry {
  const bytes = estimateBytes(saved);
  const valueJson = bytes > STATE_VALUE_BYTES_MAX ? "" : stateText(saved);
  const bucket = bucketOfCanonicalKey(canonicalKey(key));
  return { ...at, bucket, keyJson: stateText(key), valueJson, valueBytes: valueJson === "" ? Math.round(bytes) : 0 };
}

/** Takes rows into an answer until it is full. */
export class StateCollector {
  readonly #query: StateQuery;
  readonly #entries: StateEntry[] = [];
  #chars = 0;
  #looked = 0;
  #more = false;

  constructor(query: StateQuery) {
    this.#query = query;
  }

  get answer(): StateAnswer {
    return { entries: this.#entries, more: this.#more };
  }

  /** False: no more is wanted. */
  take(taskIndex: number, table: string, row: SavedRow): boolean {
    if (this.#entries.length >= this.#query.limit || this.#chars >= STATE_ANSWER_CHARS_MAX || ++this.#looked > STATE_QUERY_ROWS_MAX) {
      this.#more = true;
      return false;
    }
    if (!matchesPrefix(row.key, this.#query)) return true;
    const entry = entryOf(row, { taskIndex, table });
    this.#chars += entry.keyJson.length + entry.valueJson.length;
    this.#entries.push(entry);
    return true;
  }
}
