/**
 * Picks some of many, so that all have their turn: those that were not picked since the last round began, at most `max` at once. What cannot be helped does not keep
 * others waiting.
 */
export class TakeTurns {
  readonly #max: number;
  readonly #picked = new Set<string>();

  constructor(max: number) {
    this.#max = max;
  }

  next<T>(all: readonly T[], keyOf: (item: T) => string): readonly T[] {
    const left = all.filter((item) => !this.#picked.has(keyOf(item)));
    if (left.length <= this.#max) this.#picked.clear(); // the round ends with these
    const chosen = (left.length > 0 ? left : all).slice(0, this.#max);
    if (all.length > this.#max) for (const item of chosen) this.#picked.add(keyOf(item));
    return chosen;
  }
}
