import type { JobGraph } from "@millrace/model";
import type { BatchPlan, CheckpointManifest, JobRecord } from "./job-record.ts";
import type { StartFigures } from "./start-limits.ts";

/** What a job machine starts from: the job as the store has it. */
export interface JobInput {
  readonly record: JobRecord;
  readonly graph: JobGraph;
  readonly checkpoint: CheckpointManifest | undefined;
  /** Recorded plans in order; those that the checkpoint covers may still be among them. */
  readonly plans: readonly BatchPlan[];
  readonly digest: (text: string) => string;
}

/** What watchers see of a running job beside its record and progress. */
export interface JobFigures {
  readonly lagRecords: number;
  readonly lastPlanned: number;
  readonly lastCheckpoint: number;
  readonly workers: number;
  /** Executors by index of worker, while tasks are open; none while they are not. */
  readonly openOn: readonly string[];
  readonly lastBatchMs: number;
  /** Of a job that starts or recovers. */
  readonly start: StartFigures | undefined;
  /** Its workers are not yet those that were asked for, and it is about to change them. */
  readonly rescaling: boolean;
  /** Between the last batch on one layout and open tasks on the next, of the last rescale; 0: there was none. */
  readonly lastRescalePauseMs: number;
}

export interface Now {
  readonly wallMs: number;
  readonly monotonicMs: number;
}
