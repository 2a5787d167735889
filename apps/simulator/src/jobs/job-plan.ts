import type { SeededRandom } from "@millrace/testkit";

/** The stateful job of a run: what its seed decides of it. */
export interface JobPlan {
  readonly executors: number;
  readonly workerSlots: number;
  readonly batchIntervalMs: number;
  readonly checkpointIntervalMs: number;
  /** Partitions of the input without records hold windows back for so long. */
  readonly idleAfterMs: number;
  readonly slots: number;
  readonly partitions: number;
  /** Keys of the input; each stays in one partition. */
  readonly keys: number;
  /** Mean wait of a writer of the input between two records, or transactions of some. */
  readonly thinkMs: number;
  /** How long a worker's process takes to start. */
  readonly workerStartMs: number;
}

/** How dense a job's input is: mean wait of a writer, from the first to twice as long. */
export interface JobScale {
  readonly thinkMsMin: number;
  readonly batchIntervalMsMin: number;
}

export const JOB_SCALE: JobScale = { thinkMsMin: 800, batchIntervalMsMin: 1_000 };
export const DENSE_JOB_SCALE: JobScale = { thinkMsMin: 60, batchIntervalMsMin: 200 };

export function drawJob(random: SeededRandom, { thinkMsMin, batchIntervalMsMin }: JobScale): JobPlan {
  const batchIntervalMs = batchIntervalMsMin * (1 + random.integer(3));
  return {
    executors: 2 + random.integer(2),
    workerSlots: 1 + random.integer(2),
    batchIntervalMs,
    checkpointIntervalMs: batchIntervalMs * (2 + random.integer(6)),
    idleAfterMs: 1_000 + random.integer(9_000),
    slots: 2 + random.integer(4),
    partitions: 2 + random.integer(3),
    keys: 4 + random.integer(20),
    thinkMs: thinkMsMin * (1 + random.next()),
    workerStartMs: 50 + random.integer(400),
  };
}
