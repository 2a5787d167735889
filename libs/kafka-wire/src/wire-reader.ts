import { malformedFrame } from "./errors.ts";
import { ARRAY_ELEMENTS_MAX, TAGGED_FIELDS_MAX } from "./limits.ts";
import { recentTexts } from "./recent-texts.ts";

const TWO_POW_32 = 4_294_967_296;
const FLOAT64_BYTES = 8;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * Reads the protocol's types from one frame. Every read is checked against the end of the frame, lengths before anything is allocated for them,
 * and whatever does not fit is a `malformed-kafka-frame`. Byte fields are views on the frame: they keep it in memory, and are not copied.
 *
 * `isFlexible` chooses between the classic and the compact layout of a length.
 */
export class WireReader {
  position: number;
  readonly end: number;
  /** What is read, for error messages: the generated decoders set it. */
  what = "header";
  /** End of the tagged field that `readTag` opened last. */
  tagEnd = 0;
  readonly #bytes: Uint8Array;
  #elementsLeft = ARRAY_ELEMENTS_MAX;

  constructor(bytes: Uint8Array, position = 0) {
    this.#bytes = bytes;
    this.position = position;
    this.end = bytes.length;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  readInt8(): number {
    return ((this.#bytes[this.#take(1)] ?? 0) << 24) >> 24;
  }

  readBool(): boolean {
    return this.#bytes[this.#take(1)] !== 0;
  }

  readInt16(): number {
    return (this.readUint16() << 16) >> 16;
  }

  readUint16(): number {
    const position = this.#take(2);
    return ((this.#bytes[position] ?? 0) << 8) | (this.#bytes[position + 1] ?? 0);
  }

  readInt32(): number {
    return this.#int32At(this.#take(4));
  }

  readUint32(): number {
    return this.#int32At(this.#take(4)) >>> 0;
  }

  /**
   * A 64-bit value as a safe integer. Offsets, times and ids never leave ±(2^53-1), but clients ask for "the end of time" with 2^63-1: what is beyond
   * reads as the nearest safe integer, which is as much out of range as the value was.
   */
  readInt64(): number {
    const position = this.#take(8);
    const value = this.#int32At(position) * TWO_POW_32 + (this.#int32At(position + 4) >>> 0);
    if (value > Number.MAX_SAFE_INTEGER) return Number.MAX_SAFE_INTEGER;
    return value < Number.MIN_SAFE_INTEGER ? Number.MIN_SAFE_INTEGER : value;
  }

  readFloat64(): number {
    const { buffer, byteOffset } = this.#bytes;
    return new DataView(buffer, byteOffset + this.#take(FLOAT64_BYTES), FLOAT64_BYTES).getFloat64(0);
  }

  /** 32 lower-case hex digits, as TopicId has them. */
  readUuid(): string {
    const start = this.#take(16);
    let text = "";
    for (let index = start; index < start + 16; index++) text += hexOfByte[this.#bytes[index] ?? 0] ?? "";
    return text;
  }

  /** An unsigned varint of 32 bits: 1 to 5 bytes, low groups first. */
  readUvarint(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.#take(1)] ?? 0;
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let shift = 7; shift <= 28; shift += 7) {
      byte = bytes[this.#take(1)] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (shift === 28 && byte > 0x0f) break;
        return value >>> 0;
      }
    }
    throw this.malformed("a varint is longer than 32 bits");
  }

  readString(isFlexible: boolean): string {
    return this.#text(this.#required(isFlexible ? this.readUvarint() - 1 : this.readInt16(), "string"));
  }

  readNullableString(isFlexible: boolean): string | null {
    const length = isFlexible ? this.readUvarint() - 1 : this.readInt16();
    return length === -1 ? null : this.#text(length);
  }

  /** A view on the frame. */
  readBytes(isFlexible: boolean): Uint8Array {
    return this.#slice(this.#required(isFlexible ? this.readUvarint() - 1 : this.readInt32(), "bytes"));
  }

  /** A view on the frame; record sets are laid out like bytes. */
  readNullableBytes(isFlexible: boolean): Uint8Array | null {
    const length = isFlexible ? this.readUvarint() - 1 : this.readInt32();
    return length === -1 ? null : this.#slice(length);
  }

  /** Count of an array that may not be null. Compared with the bytes that are left, one for each element at least, and with the frame's bound. */
  readArrayCount(isFlexible: boolean): number {
    return this.#count(this.#required(isFlexible ? this.readUvarint() - 1 : this.readInt32(), "array"));
  }

  /** Like `readArrayCount`; -1 for null. */
  readNullableArrayCount(isFlexible: boolean): number {
    const count = isFlexible ? this.readUvarint() - 1 : this.readInt32();
    return count === -1 ? -1 : this.#count(count);
  }

  /** Whether a nullable struct follows. */
  readIsPresent(): boolean {
    const mark = this.readInt8();
    if (mark === 1) return true;
    if (mark === -1) return false;
    throw this.malformed("a nullable struct is neither there nor null", { mark });
  }

  /** How many tagged fields follow. */
  readTagCount(): number {
    const count = this.readUvarint();
    if (count > TAGGED_FIELDS_MAX || count * 2 > this.remaining) throw this.malformed("more tagged fields than fit", { count });
    return count;
  }

  /** The number of the next tagged field; its end is in `tagEnd` until the next call. */
  readTag(): number {
    const tag = this.readUvarint();
    const length = this.readUvarint();
    if (length > this.remaining) throw this.malformed("a tagged field is longer than its frame", { tag, length });
    this.tagEnd = this.position + length;
    return tag;
  }

  /** After a known tagged field: it must have filled its length exactly. */
  closeTag(end: number): void {
    if (this.position !== end) throw this.malformed("a tagged field has another length than it says");
  }

  /** Passes over all tagged fields of a struct that knows none. */
  skipTags(): void {
    for (let left = this.readTagCount(); left > 0; left--) {
      this.readTag();
      this.position = this.tagEnd;
    }
  }

  malformed(reason: string, context: Readonly<Record<string, number>> = {}): Error {
    return malformedFrame(this.what, reason, { position: this.position, frameBytes: this.end, ...context });
  }

  #take(count: number): number {
    const start = this.position;
    const end = start + count;
    if (end > this.end) throw this.malformed("it ends too early", { needed: count });
    this.position = end;
    return start;
  }

  /** A view for numbers costs more to make than a request's numbers to read. */
  #int32At(position: number): number {
    const bytes = this.#bytes;
    return (
      ((bytes[position] ?? 0) << 24) | ((bytes[position + 1] ?? 0) << 16) | ((bytes[position + 2] ?? 0) << 8) | (bytes[position + 3] ?? 0)
    );
  }

  #required(length: number, type: string): number {
    if (length < 0) throw this.malformed(`a null ${type} where none may be`, { length });
    return length;
  }

  #count(count: number): number {
    if (count < 0 || count > this.remaining) throw this.malformed("an array has more elements than fit", { count });
    this.#elementsLeft -= count;
    if (this.#elementsLeft < 0) throw this.malformed("too many array elements: ask for less at once", { elementsMax: ARRAY_ELEMENTS_MAX });
    return count;
  }

  #slice(length: number): Uint8Array {
    if (length < 0) throw this.malformed("a length is negative", { length });
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  #text(length: number): string {
    if (length < 0) throw this.malformed("a length is negative", { length });
    const start = this.#take(length);
    const end = start + length;
    return recentTexts.find(this.#bytes, start, end) ?? decoder.decode(this.#bytes.subarray(start, end));
  }
}
