import { randomFillSync } from "node:crypto";

const POOL_BYTES = 1_048_576;
/** The number is a float64 at the start of a value: exact to 2^53, and cheap to write and read. */
const NUMBER_BYTES = 8;

/** Values of one size that carry a number and are random otherwise: they do not compress, and each can be told from the others. */
export class NumberedValues {
  readonly #value: Uint8Array;
  readonly #view: DataView;
  readonly #pool = randomFillSync(new Uint8Array(POOL_BYTES));
  readonly #restBytes: number;

  constructor(sizeBytes: number) {
    this.#value = new Uint8Array(sizeBytes);
    this.#view = new DataView(this.#value.buffer);
    this.#restBytes = sizeBytes - NUMBER_BYTES;
  }

  /** The value with this number. It is overwritten by the next call. */
  at(number: number): Uint8Array {
    this.#view.setFloat64(0, number);
    const start = (number * 8_191) % (POOL_BYTES - this.#restBytes);
    this.#value.set(this.#pool.subarray(start, start + this.#restBytes), NUMBER_BYTES);
    return this.#value;
  }
}

/** Number at the start of a value. */
export function numberAt(bytes: Uint8Array, position: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat64(position);
}
