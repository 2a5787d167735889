import { assert } from "@millrace/stdx";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Builds Kafka's big-endian layout: what the records of the log are written in, most of them the classic (non-flexible) way. */
export class ByteWriter {
  #bytes = new Uint8Array(128);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  int16(value: number): this {
    this.#grow(2);
    this.#view.setInt16(this.#length - 2, value);
    return this;
  }

  int32(value: number): this {
    this.#grow(4);
    this.#view.setInt32(this.#length - 4, value);
    return this;
  }

  int64(value: number): this {
    assert(Number.isSafeInteger(value), () => `not a safe integer value=${value}`);
    this.#grow(8);
    this.#view.setBigInt64(this.#length - 8, BigInt(value));
    return this;
  }

  string(value: string | undefined): this {
    if (value === undefined) return this.int16(-1);
    const bytes = encoder.encode(value);
    assert(bytes.length <= 0x7fff, () => `string too long bytes=${bytes.length}`);
    return this.int16(bytes.length).raw(bytes);
  }

  bytes(value: Uint8Array): this {
    return this.int32(value.length).raw(value);
  }

  /** Kafka's unsigned varint, of flexible versions. */
  uvarint(value: number): this {
    assert(Number.isInteger(value) && value >= 0 && value <= 0x7fffffff, () => `not an unsigned varint value=${value}`);
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) this.#byte((rest & 0x7f) | 0x80);
    return this.#byte(rest);
  }

  /** Of flexible versions: unsigned varint length + 1, then the bytes. */
  compactString(value: string): this {
    const bytes = encoder.encode(value);
    return this.uvarint(bytes.length + 1).raw(bytes);
  }

  array<T>(values: readonly T[], write: (value: T) => void): this {
    this.int32(values.length);
    for (const value of values) write(value);
    return this;
  }

  /** What was written so far, in memory of its own. */
  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** As they are, without a length. */
  raw(bytes: Uint8Array): this {
    this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length - bytes.length);
    return this;
  }

  #byte(value: number): this {
    this.#grow(1);
    this.#view.setUint8(this.#length - 1, value);
    return this;
  }

  #grow(count: number): void {
    this.#length += count;
    if (this.#length <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** Inverse of `ByteWriter`. Throws a RangeError for what does not fit the bytes: callers translate it into their own error. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.#bytes.length - this.#position;
  }

  int16(): number {
    return this.#view.getInt16(this.#advance(2));
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4));
  }

  int64(): number {
    const value = Number(this.#view.getBigInt64(this.#advance(8)));
    if (!Number.isSafeInteger(value)) throw new RangeError("integer beyond 2^53-1");
    return value;
  }

  nullableString(): string | undefined {
    const length = this.int16();
    return length < 0 ? undefined : decoder.decode(this.#slice(length));
  }

  string(): string {
    const value = this.nullableString();
    if (value === undefined) throw new RangeError("string is null");
    return value;
  }

  uvarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#view.getUint8(this.#advance(1));
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (value < 0) break;
        return value;
      }
    }
    throw new RangeError("varint too long");
  }

  compactString(): string {
    const length = this.uvarint() - 1;
    if (length < 0) throw new RangeError("string is null");
    return decoder.decode(this.#slice(length));
  }

  /** A copy of so many bytes. */
  raw(count: number): Uint8Array {
    return this.#slice(count).slice();
  }

  /** A copy; null counts as empty. */
  bytes(): Uint8Array {
    return this.#slice(Math.max(0, this.int32())).slice();
  }

  /** Each element takes at least two bytes, so a count alone allocates nothing. */
  array<T>(read: () => T): T[] {
    const count = Math.max(0, this.int32());
    if (count * 2 > this.remaining) throw new RangeError("array longer than its bytes");
    return Array.from({ length: count }, read);
  }

  #slice(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  #advance(count: number): number {
    const start = this.#position;
    if (count > this.#bytes.length - start) throw new RangeError("bytes end early");
    this.#position = start + count;
    return start;
  }
}
