import { randomFillSync } from "node:crypto";

/** Different values that take turns: a load spends its time on sending, not on making them. */
const VALUES = 1_024;

/** Values of one size that carry a number (float64 at the start: exact to 2^53) and random bytes otherwise, which do not compress. */
export class NumberedValues {
  readonly #values: readonly Uint8Array[];
  readonly #views: readonly DataView[];

  constructor(sizeBytes: number) {
    this.#values = Array.from({ length: VALUES }, () => randomFillSync(new Uint8Array(sizeBytes)));
    this.#views = this.#values.map((value) => new DataView(value.buffer));
  }

  /** The value with this number; its bytes change again 1,024 calls later. */
  at(number: number): Uint8Array {
    const index = number % VALUES;
    this.#views[index]?.setFloat64(0, number);
    return this.#values[index] ?? EMPTY;
  }
}

const EMPTY = new Uint8Array(0);

const scratch = new DataView(new ArrayBuffer(8));
const scratchBytes = new Uint8Array(scratch.buffer);

/** Number that stands big-endian at a position. A view for each record would cost more than reading it. */
export function numberAt(bytes: Uint8Array, position: number): number {
  for (let i = 0; i < 8; i++) scratchBytes[i] = bytes[position + i] ?? 0;
  return scratch.getFloat64(0);
}
