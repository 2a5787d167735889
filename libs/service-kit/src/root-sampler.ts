import { TRACES_PER_SECOND_MAX } from "./limits.ts";

const SECOND_MS = 1_000;

/**
 * Which of the traces that begin here are followed: a share of them by chance, and of those no more in a second than can be sent. Asked a million times a second,
 * so it draws how many to pass over, and counts down.
 */
export class RootSampler {
  readonly #ratio: number;
  readonly #random: () => number;
  readonly #nowMs: () => number;
  #passOver: number;
  #secondStartMs = -Infinity;
  #inSecond = 0;

  constructor(ratio: number, { random, nowMs }: { readonly random: () => number; readonly nowMs: () => number }) {
    this.#ratio = ratio;
    this.#random = random;
    this.#nowMs = nowMs;
    this.#passOver = this.#draw();
  }

  wants(): boolean {
    if (this.#passOver > 0) {
      this.#passOver--;
      return false;
    }
    this.#passOver = this.#draw();
    return this.#ratio === 1 || this.#hasRoom();
  }

  /** Failures before the first success, each with the chance `ratio`: the geometric distribution. */
  #draw(): number {
    if (this.#ratio === 1) return 0;
    return this.#ratio === 0 ? Infinity : Math.floor(Math.log(1 - this.#random()) / Math.log(1 - this.#ratio));
  }

  #hasRoom(): boolean {
    const nowMs = this.#nowMs();
    if (nowMs - this.#secondStartMs >= SECOND_MS) {
      this.#secondStartMs = nowMs;
      this.#inSecond = 0;
    }
    return this.#inSecond++ < TRACES_PER_SECOND_MAX;
  }
}
