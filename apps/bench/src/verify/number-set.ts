/** Numbers 0 to n-1 that came back, a bit for each: says exactly which are missing and which came twice. */
export class NumberSet {
  readonly #count: number;
  readonly #bits: Uint8Array;
  #seen = 0;
  #repeated = 0;
  #strange = 0;

  constructor(count: number) {
    this.#count = count;
    this.#bits = new Uint8Array(Math.ceil(count / 8));
  }

  add(number: number): void {
    if (!Number.isInteger(number) || number < 0 || number >= this.#count) {
      this.#strange++;
      return;
    }
    const mask = 1 << (number & 7);
    const byte = this.#bits[number >>> 3] ?? 0;
    if ((byte & mask) !== 0) this.#repeated++;
    else {
      this.#bits[number >>> 3] = byte | mask;
      this.#seen++;
    }
  }

  /** What is wrong with the whole, in words; empty if every number came once. */
  problems(what: string): string[] {
    const missing = this.#count - this.#seen;
    return [
      ...(missing > 0 ? [`${missing} ${what} of ${this.#count} are missing`] : []),
      ...(this.#repeated > 0 ? [`${this.#repeated} ${what} came more than once`] : []),
      ...(this.#strange > 0 ? [`${this.#strange} ${what} carry a number that was never sent`] : []),
    ];
  }
}
