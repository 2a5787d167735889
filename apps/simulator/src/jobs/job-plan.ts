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
  /** Bytes beside the count of each key: with them parts of a checkpoint are too big for the store, and go to the topic. */
  readonly padBytes: number;
  /** Where such parts go instead of the topic; undefined: to the topic. */
  readonly checkpointPath: string | undefined;
  /** What of its state a worker keeps in memory; the rest goes to its state store. Undefined: all of it. */
  readonly stateMemoryBytes: number | undefined;
  /** How long a worker's process takes to start. */
  readonly workerStartMs: number;
}

/** How dense a job's input is: mean wait of a writer, from the first to twice as long. */
export interface JobScale {
  readonly thinkMsMin: number;
  readonly batchIntervalMsMin: number;
  readonly idleAfterMsMax: number;
}

export const JOB_SCALE: JobScale = { thinkMsMin: 800, batchIntervalMsMin: 1_000, idleAfterMsMax: 10_000 };
export const DENSE_JOB_SCALE: JobScale = { thinkMsMin: 60, batchIntervalMsMin: 200, idleAfterMsMax: 2_000 };

/** With a dozen keys in a task above the 64 KiB that a part may have in the store. */
const PAD_BYTES = 12_000;
/** A few entries. */
const STATE_MEMORY_BYTES = 2_000;

/** The one place of a simulation. */
export const CHECKPOINT_PATH = "file:///checkpoints";

export function drawJob(random: SeededRandom, { thinkMsMin, batchIntervalMsMin, idleAfterMsMax }: JobScale): JobPlan {
  const batchIntervalMs = batchIntervalMsMin * (1 + random.integer(3));
  const drawn = {
    executors: 2 + random.integer(2),
    workerSlots: 1 + random.integer(2),
    batchIntervalMs,
    checkpointIntervalMs: batchIntervalMs * (2 + random.integer(6)),
    idleAfterMs: 500 + random.integer(idleAfterMsMax),
    slots: 2 + random.integer(4),
    partitions: 2 + random.integer(3),
    keys: 4 + random.integer(20),
    thinkMs: thinkMsMin * (1 + random.next()),
    padBytes: random.integer(4) === 0 ? PAD_BYTES : 0,
    stateMemoryBytes: random.integer(3) === 0 ? STATE_MEMORY_BYTES : undefined,
    workerStartMs: 50 + random.integer(400),
  };
  return { ...drawn, checkpointPath: drawn.slots % 2 === 0 ? CHECKPOINT_PATH : undefined };
}
