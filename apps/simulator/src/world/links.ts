import type { SeededRandom } from "@millrace/testkit";
import type { Machine } from "./machine.ts";

export interface LinkSettings {
  readonly delayMsMin: number;
  /** Beyond the least, on average; the longest are many times as long. */
  readonly delayMsMean: number;
}

/** The ways between machines, each direction by itself: how long they take now, and which are cut. */
export class Links {
  readonly #settings: LinkSettings;
  readonly #random: SeededRandom;
  readonly #cuts = new Map<string, number>();
  readonly #healed = new Map<string, Set<() => void>>();
  #clogMs = 0;

  constructor(settings: LinkSettings, random: SeededRandom) {
    this.#settings = settings;
    this.#random = random;
  }

  delayMs(from: Machine, to: Machine): number {
    if (from === to) return 0.02;
    const { delayMsMin, delayMsMean } = this.#settings;
    return delayMsMin + this.#clogMs * this.#random.next() - Math.log(1 - this.#random.next()) * delayMsMean;
  }

  /** Everything takes up to so much longer. */
  clog(ms: number): void {
    this.#clogMs = ms;
  }

  isCut(from: Machine, to: Machine): boolean {
    return this.#cuts.has(wayOf(from, to));
  }

  cut(from: Machine, to: Machine): void {
    const way = wayOf(from, to);
    this.#cuts.set(way, (this.#cuts.get(way) ?? 0) + 1);
  }

  /** Cuts that overlap end with the last of them. */
  heal(from: Machine, to: Machine): void {
    const way = wayOf(from, to);
    const left = (this.#cuts.get(way) ?? 0) - 1;
    if (left > 0) {
      this.#cuts.set(way, left);
      return;
    }
    this.#cuts.delete(way);
    const waiting = this.#healed.get(way);
    this.#healed.delete(way);
    for (const run of waiting ?? []) run();
  }

  /** Calls once when the way is open again. */
  onHealed(from: Machine, to: Machine, run: () => void): void {
    const way = wayOf(from, to);
    const waiting = this.#healed.get(way) ?? new Set();
    waiting.add(run);
    this.#healed.set(way, waiting);
  }
}

function wayOf(from: Machine, to: Machine): string {
  return `${from.name}>${to.name}`;
}
