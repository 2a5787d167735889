import type { Crc32c } from "@millrace/records";

const ENTRIES_INITIAL = 64;
const TWO_POW_32 = 4_294_967_296;
const CHECKSUM_BYTES = 4;

/**
 * Fixed-size entries in one growing buffer that has the layout of the file: appended in memory, encoded by adding a checksum. Base of the three
 * index kinds; knows nothing of offsets.
 */
export class EntryTable {
  readonly #entryBytes: number;
  #bytes: Uint8Array;
  #view: DataView;
  #count: number;

  constructor(entryBytes: number, content?: Uint8Array) {
    this.#entryBytes = entryBytes;
    this.#bytes = content ?? new Uint8Array(entryBytes * ENTRIES_INITIAL);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
    this.#count = content === undefined ? 0 : content.length / entryBytes;
  }

  get count(): number {
    return this.#count;
  }

  /** Makes room for one entry and returns its index. */
  push(): number {
    if ((this.#count + 1) * this.#entryBytes > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#entryBytes * ENTRIES_INITIAL));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return this.#count++;
  }

  /** Forgets entries from an index on. */
  cut(count: number): void {
    if (count < this.#count) this.#count = count;
  }

  getUint32(index: number, at: number): number {
    return this.#view.getUint32(index * this.#entryBytes + at);
  }

  setUint32(index: number, at: number, value: number): void {
    this.#view.setUint32(index * this.#entryBytes + at, value);
  }

  /** A 64-bit integer within ±(2^53-1), as a number. */
  getInt64(index: number, at: number): number {
    const start = index * this.#entryBytes + at;
    return this.#view.getInt32(start) * TWO_POW_32 + this.#view.getUint32(start + 4);
  }

  setInt64(index: number, at: number, value: number): void {
    const start = index * this.#entryBytes + at;
    this.#view.setInt32(start, Math.floor(value / TWO_POW_32));
    this.#view.setUint32(start + 4, value >>> 0);
  }

  /** Greatest index in [0, count) for which `isBelow` holds; it must hold for a prefix of the entries. -1: none. */
  lastWhere(isBelow: (index: number) => boolean): number {
    let low = -1;
    let high = this.#count - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (isBelow(middle)) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The file's content: entries and their checksum. */
  encode(crc32c: Crc32c): Uint8Array {
    const length = this.#count * this.#entryBytes;
    const file = new Uint8Array(length + CHECKSUM_BYTES);
    file.set(this.#bytes.subarray(0, length));
    new DataView(file.buffer).setUint32(length, crc32c(file.subarray(0, length)) >>> 0);
    return file;
  }

  /** The table of a file; undefined if the file is not whole. */
  static decode(file: Uint8Array, entryBytes: number, crc32c: Crc32c): EntryTable | undefined {
    const length = file.length - CHECKSUM_BYTES;
    if (length < 0 || length % entryBytes !== 0) return undefined;
    const stored = new DataView(file.buffer, file.byteOffset).getUint32(length);
    if (crc32c(file.subarray(0, length)) >>> 0 !== stored) return undefined;
    return new EntryTable(entryBytes, file.slice(0, length));
  }
}
