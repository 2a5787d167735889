import type { Batches } from "./golden-case.ts";

/** The batches of one stream that are still remembered, oldest first. */
export class BatchHistory {
  readonly #batches = new Map<number, readonly unknown[]>();

  add(timeMs: number, elements: readonly unknown[]): void {
    this.#batches.set(timeMs, elements);
  }

  /** A batch is forgotten when its time ≤ t − remember. */
  forget(nowMs: number, rememberMs: number): void {
    for (const time of this.#batches.keys()) if (time <= nowMs - rememberMs) this.#batches.delete(time);
  }

  get times(): readonly number[] {
    return [...this.#batches.keys()].sort((a, b) => a - b);
  }

  /** Batches of times in [from, to], both floored to the stream's grid (zero time 0). */
  slice(fromMs: number, toMs: number, slideMs: number): Batches {
    const floor = (time: number): number => Math.floor(time / slideMs) * slideMs;
    return this.times.filter((time) => time >= floor(fromMs) && time <= floor(toMs)).map((time) => this.#batches.get(time) ?? []);
  }
}
