import type { Offset, ProducerId } from "@millrace/model";
import type { Crc32c } from "@millrace/records";
import { EntryTable } from "./entry-table.ts";

const ENTRY_BYTES = 32; // producer id, first offset, marker's offset, last stable offset then: i64 each

/** A transaction that was aborted, kept in the segment of its marker. */
export interface AbortedEntry {
  readonly producerId: ProducerId;
  readonly firstOffset: Offset;
  readonly markerOffset: Offset;
  /** Start of the oldest transaction that was still open behind the marker: no later entry begins below it. */
  readonly lastStableOffset: Offset;
}

/** The aborted transactions of a segment, in order of their markers. */
export class TransactionIndex {
  readonly #table: EntryTable;

  constructor(table = new EntryTable(ENTRY_BYTES, new Uint8Array(0))) {
    this.#table = table;
  }

  get count(): number {
    return this.#table.count;
  }

  add(entry: AbortedEntry): void {
    const index = this.#table.push();
    this.#table.setInt64(index, 0, entry.producerId);
    this.#table.setInt64(index, 8, entry.firstOffset);
    this.#table.setInt64(index, 16, entry.markerOffset);
    this.#table.setInt64(index, 24, entry.lastStableOffset);
  }

  get(index: number): AbortedEntry {
    return {
      producerId: this.#table.getInt64(index, 0) as ProducerId,
      firstOffset: this.#table.getInt64(index, 8) as Offset,
      markerOffset: this.#table.getInt64(index, 16) as Offset,
      lastStableOffset: this.#table.getInt64(index, 24) as Offset,
    };
  }

  cut(count: number): void {
    this.#table.cut(count);
  }

  encode(crc32c: Crc32c): Uint8Array {
    return this.#table.encode(crc32c);
  }

  /** undefined if the file is damaged: build it again. */
  static decode(file: Uint8Array, crc32c: Crc32c): TransactionIndex | undefined {
    const table = EntryTable.decode(file, ENTRY_BYTES, crc32c);
    return table === undefined ? undefined : new TransactionIndex(table);
  }
}
