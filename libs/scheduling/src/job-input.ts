import type { JobGraph } from "@millrace/model";
import type { BatchPlan, CheckpointManifest, JobRecord } from "./job-record.ts";

/** What a job machine starts from: the job as the store has it. */
export interface JobInput {
  readonly record: JobRecord;
  readonly graph: JobGraph;
  readonly checkpoint: CheckpointManifest | undefined;
  /** Recorded plans in order; those that the checkpoint covers may still be among them. */
  readonly plans: readonly BatchPlan[];
  readonly digest: (text: string) => string;
}

export interface Now {
  readonly wallMs: number;
  readonly monotonicMs: number;
}
