import type { Random } from "@millrace/ports";

/** Randomness from a seed (mulberry32): the same seed gives the same values on every machine. Not for secrets. */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  hex(bytes: number): string {
    let text = "";
    for (let i = 0; i < bytes; i++) text += this.integer(256).toString(16).padStart(2, "0");
    return text;
  }

  /** Uniform in 0 … end-1. */
  integer(end: number): number {
    return Math.floor(this.next() * end);
  }
}
