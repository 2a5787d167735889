import { NO_TIMESTAMP, type Offset, type TimestampMs } from "@millrace/model";
import type { Crc32c } from "@millrace/records";
import { EntryTable } from "./entry-table.ts";

const ENTRY_BYTES = 12; // timestamp i64, offset - base u32

/** Sparse index by time of a segment: an entry says that no batch up to it has a greater timestamp. Timestamps and offsets ascend. */
export class TimeIndex {
  readonly #baseOffset: Offset;
  readonly #table: EntryTable;

  constructor(baseOffset: Offset, table = new EntryTable(ENTRY_BYTES)) {
    this.#baseOffset = baseOffset;
    this.#table = table;
  }

  get count(): number {
    return this.#table.count;
  }

  /** The greatest timestamp that is indexed, and the batch that has it. */
  get last(): { readonly timestamp: TimestampMs; readonly baseOffset: Offset } {
    const index = this.#table.count - 1;
    if (index < 0) return { timestamp: NO_TIMESTAMP, baseOffset: this.#baseOffset };
    return {
      timestamp: this.#table.getInt64(index, 0) as TimestampMs,
      baseOffset: (this.#baseOffset + this.#table.getUint32(index, 8)) as Offset,
    };
  }

  /** The greatest timestamp so far and the base offset of the batch that has it; ignored unless it is greater than the last entry's. */
  add(timestamp: TimestampMs, baseOffset: Offset): void {
    if (timestamp <= this.last.timestamp) return;
    const index = this.#table.push();
    this.#table.setInt64(index, 0, timestamp);
    this.#table.setUint32(index, 8, baseOffset - this.#baseOffset);
  }

  cut(count: number): void {
    this.#table.cut(count);
  }

  /** Base offset of a batch at or before the first one that may hold a timestamp ≥ the given one. */
  scanStartFor(timestamp: TimestampMs): Offset {
    const index = this.#table.lastWhere((at) => this.#table.getInt64(at, 0) < timestamp);
    return index < 0 ? this.#baseOffset : ((this.#baseOffset + this.#table.getUint32(index, 8)) as Offset);
  }

  encode(crc32c: Crc32c): Uint8Array {
    return this.#table.encode(crc32c);
  }

  /** undefined if the file is damaged: build it again. */
  static decode(file: Uint8Array, baseOffset: Offset, crc32c: Crc32c): TimeIndex | undefined {
    const table = EntryTable.decode(file, ENTRY_BYTES, crc32c);
    return table === undefined ? undefined : new TimeIndex(baseOffset, table);
  }
}
