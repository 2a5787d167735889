/** Random numbers of one event: a 32-bit generator that is seeded by (seed, number of the event), so that event n can be made alone. */
export class EventRandom {
  #state: number;

  constructor(seed: number, n: number) {
    // Both halves of n: it may go beyond 32 bits.
    this.#state = mix(mix(seed ^ Math.imul(n | 0, 0x9e3779b9)) ^ Math.floor(n / 2 ** 32));
  }

  /** In [0, 1). */
  unit(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    return mix(this.#state) / 2 ** 32;
  }

  /** A whole number in [0, end). */
  below(end: number): number {
    return Math.floor(this.unit() * end);
  }

  /** 3 to max letters, each the special one with 1/13; trimmed. */
  text(max: number, special = " "): string {
    let text = "";
    for (let rest = 3 + this.below(max - 3); rest > 0; rest--) {
      text += this.below(13) === 0 ? special : String.fromCharCode(97 + this.below(26));
    }
    return text.trim();
  }

  /** What fills an event of `size` bytes up to about `average`. */
  extra(size: number, average: number): string {
    if (size > average) return "";
    const missing = average - size;
    const spread = Math.round(missing * 0.2);
    const length = missing - spread + this.below(2 * spread);
    const start = this.below(FILLER.length - length);
    return FILLER.slice(start, start + length);
  }

  price(): number {
    return Math.round(10 ** (6 * this.unit()) * 100);
  }
}

function mix(value: number): number {
  let x = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

const FILLER_LENGTH = 1_048_576;
/** The same in every run. */
const FILLER = fillerOf(FILLER_LENGTH);

function fillerOf(length: number): string {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) bytes[index] = 97 + (mix(Math.imul(index + 1, 0x9e3779b9)) % 26);
  return Buffer.from(bytes).toString("latin1");
}
