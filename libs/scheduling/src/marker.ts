import type { WorkerReport } from "./job-events.ts";
import type { SourcePartition } from "./job-record.ts";
import type { JobProgress } from "./plan-batch.ts";

/** Continuous mode: a marker on its way through the workers. Each stops taking records and says how far it came; all of that is the input of one batch (DESIGN §5). */
export class Marker {
  readonly #batch: number;
  readonly #sources: readonly SourcePartition[];
  readonly #pending: Set<number>;
  readonly #ends: number[];
  #lagRecords = 0;

  constructor(
    batch: number,
    job: { readonly sources: readonly SourcePartition[]; readonly progress: JobProgress; readonly workerCount: number },
  ) {
    this.#batch = batch;
    this.#sources = job.sources;
    this.#ends = [...job.progress.positions];
    this.#pending = new Set(Array.from({ length: job.workerCount }, (_, index) => index));
  }

  /** Where the batch ends, in the order of the job's source partitions. */
  get ends(): readonly number[] {
    return this.#ends;
  }

  /** What workers saw behind it. */
  get lagRecords(): number {
    return this.#lagRecords;
  }

  /** True when this was the last worker. An answer to another marker is of a former attempt. */
  passed(workerIndex: number, report: WorkerReport & { kind: "marked" }): boolean {
    if (report.batch !== this.#batch || !this.#pending.delete(workerIndex)) return false;
    this.#lagRecords += report.lagRecords;
    for (const { source, index, offset } of report.positions) {
      const at = this.#sources.findIndex((candidate) => candidate.source === source && candidate.index === index);
      if (at >= 0) this.#ends[at] = Math.max(this.#ends[at] ?? 0, offset);
    }
    return this.#pending.size === 0;
  }
}
