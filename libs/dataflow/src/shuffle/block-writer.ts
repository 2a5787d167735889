import { BUCKET_COUNT, type CanonicalKey, slotOfBucket } from "@millrace/model";
import { bucketOfCanonicalKey } from "../keys/bucket-of-key.ts";
import { emptyRows, type Rows, rowCount } from "./rows.ts";

/** Takes a full block of one task of one edge, for a slot. Rows are handed over: the writer does not touch them again. */
export type BlockTarget = (slot: number, rows: Rows) => void;

/** Slot of each bucket. */
export function slotTable(slotCount: number): Uint16Array {
  return Uint16Array.from({ length: BUCKET_COUNT }, (_, bucket) => slotOfBucket(bucket, slotCount));
}

/** Gathers the rows of one (edge, task) per slot and hands them on in blocks of at most `rowsMax`. */
export class BlockWriter {
  readonly #slots: Uint16Array;
  readonly #target: BlockTarget;
  readonly #rowsMax: number;
  readonly #open: Rows[];

  constructor(options: {
    readonly slots: Uint16Array;
    readonly slotCount: number;
    readonly target: BlockTarget;
    readonly rowsMax: number;
  }) {
    this.#slots = options.slots;
    this.#target = options.target;
    this.#rowsMax = options.rowsMax;
    this.#open = Array.from({ length: options.slotCount }, emptyRows);
  }

  /** A row for the slot that owns the key. */
  addKeyed(canonical: CanonicalKey, key: unknown, value: unknown): void {
    const slot = this.#slots[bucketOfCanonicalKey(canonical)] ?? 0;
    const rows = this.#rowsOf(slot);
    rows.keys.push(key);
    rows.values.push(value);
    if (rows.values.length >= this.#rowsMax) this.#hand(slot, rows);
  }

  /** The same with a number beside the value. */
  addNumbered(canonical: CanonicalKey, key: unknown, value: unknown, number: number): void {
    this.addToBucket(bucketOfCanonicalKey(canonical), key, value, number);
  }

  /** The same for a key whose bucket is known. */
  addToBucket(bucket: number, key: unknown, value: unknown, number: number): void {
    const slot = this.#slots[bucket] ?? 0;
    const rows = this.#rowsOf(slot);
    rows.keys.push(key);
    rows.values.push(value);
    rows.numbers.push(number);
    if (rows.values.length >= this.#rowsMax) this.#hand(slot, rows);
  }

  /** A row without key, for slot 0. */
  addSingle(value: unknown): void {
    this.addTo(0, value);
  }

  /** A row without key, for a slot. */
  addTo(slot: number, value: unknown): void {
    const rows = this.#rowsOf(slot);
    rows.values.push(value);
    if (rows.values.length >= this.#rowsMax) this.#hand(slot, rows);
  }

  /** The same with a number beside the value. */
  addNumberedTo(slot: number, value: unknown, number: number): void {
    const rows = this.#rowsOf(slot);
    rows.values.push(value);
    rows.numbers.push(number);
    if (rows.values.length >= this.#rowsMax) this.#hand(slot, rows);
  }

  /** Hands on what is left, slot by slot. */
  flush(): void {
    for (const [slot, rows] of this.#open.entries()) if (rowCount(rows) > 0) this.#hand(slot, rows);
  }

  #rowsOf(slot: number): Rows {
    return this.#open[slot] ?? emptyRows();
  }

  #hand(slot: number, rows: Rows): void {
    this.#open[slot] = emptyRows();
    this.#target(slot, rows);
  }
}
