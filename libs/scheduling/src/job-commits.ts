import type { CommitTag, JobChange, JobEffect } from "./job-events.ts";

/** Numbers the commits of a job, and knows for which one its phase waits: the answer of an earlier one belongs to a phase that is over. */
export class JobCommits {
  readonly #emit: (effect: JobEffect) => void;
  #sequence = 0;
  #awaited = 0;

  constructor(emit: (effect: JobEffect) => void) {
    this.#emit = emit;
  }

  /** The phase goes on when it is durable. */
  awaited(tag: CommitTag, changes: readonly JobChange[]): void {
    this.#awaited = this.beside(tag, changes);
  }

  /** Whatever the phase waits for. Returns its sequence. */
  beside(tag: CommitTag, changes: readonly JobChange[]): number {
    this.#sequence += 1;
    this.#emit({ kind: "commit", tag, sequence: this.#sequence, changes });
    return this.#sequence;
  }

  isAwaited(sequence: number): boolean {
    return sequence === this.#awaited;
  }
}
