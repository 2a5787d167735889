import type { Offset } from "@millrace/model";
import type { Crc32c } from "@millrace/records";
import { EntryTable } from "./entry-table.ts";

const ENTRY_BYTES = 8; // offset - base u32, position u32

/** Sparse index of a segment: where some batches start. */
export class OffsetIndex {
  readonly #baseOffset: Offset;
  readonly #table: EntryTable;

  constructor(baseOffset: Offset, table = new EntryTable(ENTRY_BYTES)) {
    this.#baseOffset = baseOffset;
    this.#table = table;
  }

  get count(): number {
    return this.#table.count;
  }

  /** A batch with this base offset starts at this position; both ascend from call to call. */
  add(baseOffset: Offset, position: number): void {
    const index = this.#table.push();
    this.#table.setUint32(index, 0, baseOffset - this.#baseOffset);
    this.#table.setUint32(index, 4, position);
  }

  /** Forgets entries beyond the first `count`. */
  cut(count: number): void {
    this.#table.cut(count);
  }

  /** Position of the greatest indexed batch that starts at or below the offset; 0 if none is indexed there. */
  positionFor(offset: Offset): number {
    const relative = offset - this.#baseOffset;
    const index = this.#table.lastWhere((at) => this.#table.getUint32(at, 0) <= relative);
    return index < 0 ? 0 : this.#table.getUint32(index, 4);
  }

  /** Start of the last indexed batch at or below a position; 0 if none is. */
  positionAtOrBelow(position: number): number {
    const index = this.#table.lastWhere((at) => this.#table.getUint32(at, 4) <= position);
    return index < 0 ? 0 : this.#table.getUint32(index, 4);
  }

  encode(crc32c: Crc32c): Uint8Array {
    return this.#table.encode(crc32c);
  }

  /** undefined if the file is damaged: build it again. */
  static decode(file: Uint8Array, baseOffset: Offset, crc32c: Crc32c): OffsetIndex | undefined {
    const table = EntryTable.decode(file, ENTRY_BYTES, crc32c);
    return table === undefined ? undefined : new OffsetIndex(baseOffset, table);
  }
}
