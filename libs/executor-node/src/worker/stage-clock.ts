import type { Clock } from "@millrace/ports";

/** Parts of a batch on one worker; names of the label `stage`. `plan`: all else was done, and the plan was not stored yet. */
export type BatchStage = "plan" | "map" | "shuffle" | "reduce" | "checkpoint" | "sink";

/** Where the time of one batch goes. */
export class StageClock {
  readonly #clock: Clock;
  readonly #milliseconds = new Map<BatchStage, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs it, and adds what it took. */
  async time<T>(stage: BatchStage, work: () => Promise<T>): Promise<T> {
    const startedMs = this.#clock.monotonicMs();
    try {
      return await work();
    } finally {
      this.#milliseconds.set(stage, (this.#milliseconds.get(stage) ?? 0) + this.#clock.monotonicMs() - startedMs);
    }
  }

  stages(): { stage: BatchStage; seconds: number }[] {
    return [...this.#milliseconds].map(([stage, milliseconds]) => ({ stage, seconds: milliseconds / 1_000 }));
  }
}
