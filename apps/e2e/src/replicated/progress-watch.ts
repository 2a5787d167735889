const LOOK_MS = 5;

/** The longest time that a partition stood still, and since when, by the clock on the wall, so that logs can be searched. */
export interface Pause {
  readonly partition: number;
  readonly ms: number;
  readonly since: Date;
}

const NO_PAUSE: Pause = { partition: 0, ms: 0, since: new Date(0) };

/** Watches how far each partition is acknowledged, and for how long it stands still. */
export class ProgressWatch {
  readonly #acknowledged: () => readonly number[];
  readonly #timer: NodeJS.Timeout;
  #last: number[];
  #movedAtMs: number[];
  #longestMs: number[];
  #worst: Pause = NO_PAUSE;

  constructor(acknowledged: () => readonly number[]) {
    this.#acknowledged = acknowledged;
    this.#last = [...acknowledged()];
    const now = performance.now();
    this.#movedAtMs = this.#last.map(() => now);
    this.#longestMs = this.#last.map(() => 0);
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** Begins to measure anew. */
  reset(): void {
    const now = performance.now();
    this.#movedAtMs = this.#movedAtMs.map(() => now);
    this.#longestMs = this.#longestMs.map(() => 0);
    this.#worst = NO_PAUSE;
  }

  /** How long each partition stood still at most since the last reset, in milliseconds. */
  get longestMs(): readonly number[] {
    return this.#longestMs;
  }

  get worst(): Pause {
    return this.#worst;
  }

  /** Numbers acknowledged by partition, now. */
  get acknowledged(): readonly number[] {
    return this.#acknowledged();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    this.#acknowledged().forEach((count, partition) => {
      const stoodMs = now - (this.#movedAtMs[partition] ?? now);
      this.#longestMs[partition] = Math.max(this.#longestMs[partition] ?? 0, stoodMs);
      if (stoodMs > this.#worst.ms) this.#worst = { partition, ms: stoodMs, since: new Date(Date.now() - stoodMs) };
      if (count === this.#last[partition]) return;
      this.#last[partition] = count;
      this.#movedAtMs[partition] = now;
    });
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
