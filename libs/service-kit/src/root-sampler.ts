import { TRACES_PER_TURN_MAX, TRACE_TURN_MS } from "./limits.ts";

/**
 * Which of the traces that begin here are followed: a share of them by chance, and of those no more than can be sent. Draws how many to pass over, since a million
 * may begin in a second.
 */
export class RootSampler {
  readonly #ratio: number;
  readonly #random: () => number;
  readonly #nowMs: () => number;
  #turnStartMs = -Infinity;
  #inTurn = 0;

  constructor(ratio: number, { random, nowMs }: { readonly random: () => number; readonly nowMs: () => number }) {
    this.#ratio = ratio;
    this.#random = random;
    this.#nowMs = nowMs;
  }

  /** Failures before the first success, each with the chance `ratio`: the geometric distribution. */
  draw(): number {
    if (this.#ratio === 1) return 0;
    return this.#ratio === 0 ? Infinity : Math.floor(Math.log(1 - this.#random()) / Math.log(1 - this.#ratio));
  }

  /** Whether one that was drawn can be followed now: all, where all are wanted. Those of a second are spread over it. */
  hasRoom(): boolean {
    if (this.#ratio === 1) return true;
    const nowMs = this.#nowMs();
    if (nowMs - this.#turnStartMs >= TRACE_TURN_MS) {
      this.#turnStartMs = nowMs;
      this.#inTurn = 0;
    }
    return this.#inTurn++ < TRACES_PER_TURN_MAX;
  }
}
