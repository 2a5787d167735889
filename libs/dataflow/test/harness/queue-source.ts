import { AppError } from "@millrace/model";

/** What a source gives a batch, by partition. */
export type Partitions = readonly (readonly unknown[])[];

/** Element i of n goes to the partition p with floor(p·n/P) ≤ i < floor((p+1)·n/P). */
export function partitioned(rows: readonly unknown[], partitions: number): Partitions {
  const border = (partition: number): number => Math.floor((partition * rows.length) / partitions);
  return Array.from({ length: partitions }, (_, partition) => rows.slice(border(partition), border(partition + 1)));
}

/**
 * A queue of batches in memory, for tests: one of them a batch, or all of them at once with their partitions side by side; then the default (absent: an
 * empty batch of one partition; "none": one without partitions). Nothing brings back what was taken, so a job that reads it cannot recover.
 */
export class QueueSource {
  readonly #batches: Partitions[];
  readonly #oneAtATime: boolean;
  readonly #default: Partitions;

  constructor(options: {
    readonly batches: readonly (readonly unknown[])[];
    readonly partitions: number;
    readonly oneAtATime: boolean;
    readonly default?: readonly unknown[] | "none" | undefined;
  }) {
    const { batches, partitions } = options;
    this.#batches = batches.map((rows) => partitioned(rows, partitions));
    this.#oneAtATime = options.oneAtATime;
    this.#default = options.default === undefined ? [[]] : options.default === "none" ? [] : partitioned(options.default, partitions);
  }

  next(): Partitions {
    const taken = this.#batches.splice(0, this.#oneAtATime ? 1 : this.#batches.length);
    return taken.length === 0 ? this.#default : taken.flat();
  }

  restore(): never {
    const message = "a queue cannot be read again: use a source that can, or run the job without recovery";
    throw new AppError({ kind: "invalid", code: "source-not-replayable", message });
  }
}
