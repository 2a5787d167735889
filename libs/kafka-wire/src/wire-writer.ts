import { assert } from "@millrace/stdx";
import { COPY_BYTES_MAX, FRAME_BYTES_MAX, FRAME_SIZE_BYTES, WRITER_BYTES_INITIAL } from "./limits.ts";
import { writerArena } from "./writer-arena.ts";

const TWO_POW_32 = 4_294_967_296;
const UVARINT_BYTES_MAX = 5;
const STRING_BYTES_MAX = 32_767;
const encoder = new TextEncoder();

/** Where a tagged field began; see `WireWriter.beginTag`. */
export type TagMark = number;

/**
 * Writes the protocol's types. Small values go into one growing buffer; bytes of `COPY_BYTES_MAX` and more become parts of their own, not copied:
 * the caller must leave them alone until the parts are sent. A value that does not fit its field is a bug of the caller, and an assertion.
 */
export class WireWriter {
  #buffer: Uint8Array;
  #view: DataView;
  #position = 0;
  #partStart = 0;
  #partsBytes = 0;
  readonly #parts: Uint8Array[] = [];

  /** `bytesInitial`: of a buffer of its own; absent: it begins in the arena that all share. */
  constructor(bytesInitial?: number) {
    const shared = bytesInitial === undefined ? writerArena.claim(this, WRITER_BYTES_INITIAL) : undefined;
    this.#buffer = shared?.buffer ?? new Uint8Array(bytesInitial ?? WRITER_BYTES_INITIAL);
    this.#view = shared?.view ?? new DataView(this.#buffer.buffer);
    this.#position = this.#partStart = shared?.start ?? 0;
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#partsBytes + this.#position - this.#partStart;
  }

  writeInt8(value: number): void {
    assert(value >= -0x80 && value <= 0x7f, () => `int8 out of range value=${value}`);
    const position = this.#reserve(1);
    this.#view.setInt8(position, value);
  }

  writeBool(value: boolean): void {
    const position = this.#reserve(1);
    this.#view.setInt8(position, value ? 1 : 0);
  }

  writeInt16(value: number): void {
    assert(value >= -0x8000 && value <= 0x7fff, () => `int16 out of range value=${value}`);
    const position = this.#reserve(2);
    this.#view.setInt16(position, value);
  }

  writeUint16(value: number): void {
    assert(value >= 0 && value <= 0xffff, () => `uint16 out of range value=${value}`);
    const position = this.#reserve(2);
    this.#view.setUint16(position, value);
  }

  writeInt32(value: number): void {
    assert((value | 0) === value, () => `int32 out of range value=${value}`);
    const position = this.#reserve(4);
    this.#view.setInt32(position, value);
  }

  writeUint32(value: number): void {
    assert(value >>> 0 === value, () => `uint32 out of range value=${value}`);
    const position = this.#reserve(4);
    this.#view.setUint32(position, value);
  }

  writeInt64(value: number): void {
    assert(Number.isSafeInteger(value), () => `int64 is not a safe integer value=${value}`);
    const position = this.#reserve(8);
    const high = Math.floor(value / TWO_POW_32);
    this.#view.setInt32(position, high);
    this.#view.setUint32(position + 4, value - high * TWO_POW_32);
  }

  writeFloat64(value: number): void {
    const position = this.#reserve(8);
    this.#view.setFloat64(position, value);
  }

  /** 32 hex digits. */
  writeUuid(value: string): void {
    assert(value.length === 32, () => `a uuid has 32 hex digits value=${value}`);
    const position = this.#reserve(16);
    for (let index = 0; index < 4; index++) {
      const digits = value.slice(index * 8, index * 8 + 8);
      const word = Number.parseInt(digits, 16);
      assert(Number.isInteger(word), () => `a uuid has 32 hex digits value=${value}`);
      this.#view.setUint32(position + index * 4, word);
    }
  }

  writeUvarint(value: number): void {
    this.#position = this.#putUvarint(this.#reserve(UVARINT_BYTES_MAX), value);
  }

  writeString(value: string, isFlexible: boolean): void {
    this.#writeText(value, isFlexible);
  }

  writeNullableString(value: string | null, isFlexible: boolean): void {
    if (value !== null) this.#writeText(value, isFlexible);
    else if (isFlexible) this.writeUvarint(0);
    else this.writeInt16(-1);
  }

  writeBytes(value: Uint8Array, isFlexible: boolean): void {
    this.#writeLength(value.length, isFlexible);
    this.#append(value);
  }

  /** Also for record sets, which may come in pieces: they are written one behind the other, and never joined. */
  writeNullableBytes(value: Uint8Array | readonly Uint8Array[] | null, isFlexible: boolean): void {
    if (value === null) return this.#writeLength(-1, isFlexible);
    if (value instanceof Uint8Array) return this.writeBytes(value, isFlexible);
    let length = 0;
    for (const piece of value) length += piece.length;
    this.#writeLength(length, isFlexible);
    for (const piece of value) this.#append(piece);
  }

  /** -1 for null. */
  writeArrayCount(count: number, isFlexible: boolean): void {
    this.#writeLength(count, isFlexible);
  }

  writeIsPresent(isPresent: boolean): void {
    this.writeInt8(isPresent ? 1 : -1);
  }

  /** Starts a tagged field; its length is written by `endTag`. Tags ascend within a struct. */
  beginTag(tag: number): TagMark {
    this.writeUvarint(tag);
    this.#reserve(1); // The length takes one byte, or the value is moved behind a longer one.
    return this.length;
  }

  endTag(mark: TagMark): void {
    const length = this.length - mark;
    assert(this.#position - length >= this.#partStart, "a tagged field has no room for bytes of their own part");
    let sizeBytes = 1;
    for (let rest = length; rest > 0x7f; rest >>>= 7) sizeBytes++;
    if (sizeBytes > 1) {
      this.#reserve(sizeBytes - 1);
      const start = this.#position - (sizeBytes - 1) - length;
      this.#buffer.copyWithin(start + sizeBytes - 1, start, start + length);
    }
    this.#putUvarint(this.#position - length - sizeBytes, length); // In place: the room has been made.
  }

  /** Leaves room for the frame's size; the first thing written. */
  beginFrame(): void {
    assert(this.length === 0, "a frame begins an empty writer");
    this.#reserve(FRAME_SIZE_BYTES);
  }

  /** Sets the size of a frame begun by `beginFrame` and gives its parts, in order, for one writev. The writer is spent. */
  endFrame(): readonly Uint8Array[] {
    const frameBytes = this.length - FRAME_SIZE_BYTES;
    assert(frameBytes >= 0 && frameBytes <= FRAME_BYTES_MAX, () => `frame is over the limit bytes=${frameBytes}`);
    const parts = this.finish();
    const first = parts[0];
    assert(first !== undefined, "a frame has a first part");
    new DataView(first.buffer, first.byteOffset).setInt32(0, frameBytes);
    return parts;
  }

  /** What was written, as parts in order. The writer is spent. */
  finish(): readonly Uint8Array[] {
    this.#closePart();
    writerArena.release(this, this.#position);
    return this.#parts;
  }

  /** Returns the position behind it. */
  #putUvarint(start: number, value: number): number {
    let position = start;
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.#buffer[position++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#buffer[position++] = rest;
    return position;
  }

  #writeLength(length: number, isFlexible: boolean): void {
    if (isFlexible) this.writeUvarint(length + 1);
    else this.writeInt32(length);
  }

  #writeText(value: string, isFlexible: boolean): void {
    const lengthBytes = isFlexible ? UVARINT_BYTES_MAX : 2;
    const start = this.#reserve(lengthBytes + value.length * 3);
    // Short names are ASCII and their length fits one byte: write them in one go.
    const textStart = start + (isFlexible ? (value.length < 0x7f ? 1 : value.length < 0x3fff ? 2 : 3) : 2);
    let written = 0;
    for (; written < value.length; written++) {
      const code = value.charCodeAt(written);
      if (code > 0x7f) break;
      this.#buffer[textStart + written] = code;
    }
    this.#position = start;
    if (written === value.length) this.#writeTextLength(written, isFlexible);
    else {
      const encoded = encoder.encode(value);
      this.#writeTextLength(encoded.length, isFlexible);
      this.#buffer.set(encoded, this.#position);
      written = encoded.length;
    }
    this.#position += written;
  }

  #writeTextLength(length: number, isFlexible: boolean): void {
    assert(length <= STRING_BYTES_MAX, () => `string is over the protocol's limit bytes=${length}`);
    if (isFlexible) this.writeUvarint(length + 1);
    else this.writeInt16(length);
  }

  #append(bytes: Uint8Array): void {
    if (bytes.length > COPY_BYTES_MAX) {
      this.#closePart();
      this.#parts.push(bytes);
      this.#partsBytes += bytes.length;
    } else {
      const position = this.#reserve(bytes.length);
      this.#buffer.set(bytes, position);
    }
  }

  #closePart(): void {
    if (this.#position === this.#partStart) return;
    this.#parts.push(this.#buffer.subarray(this.#partStart, this.#position));
    this.#partsBytes += this.#position - this.#partStart;
    this.#partStart = this.#position;
  }

  /** Room for so many bytes; returns where they begin, and moves behind them. */
  #reserve(count: number): number {
    const start = this.#position;
    const end = start + count;
    if (end > this.#buffer.length) return this.#grow(count);
    this.#position = end;
    return start;
  }

  /** Parts that are closed stay in the old buffer; only the open one moves. */
  #grow(count: number): number {
    const open = this.#buffer.subarray(this.#partStart, this.#position);
    writerArena.release(this, this.#partStart); // what is closed is to be sent from there
    this.#buffer = new Uint8Array(Math.max(this.#buffer.length * 2, open.length + count));
    this.#buffer.set(open);
    this.#view = new DataView(this.#buffer.buffer);
    this.#partStart = 0;
    this.#position = open.length + count;
    return open.length;
  }
}
