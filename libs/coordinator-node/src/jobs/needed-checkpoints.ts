import { type CheckpointManifest, ENDED_STATES } from "@millrace/scheduling";
import type { JobRunner } from "./job-runner.ts";
import type { TrimHolder } from "./topic-trimmer.ts";

/** The jobs of a term, as far as it matters whose state must stay. */
export interface KnownJobs {
  readonly runners: ReadonlyMap<string, JobRunner>;
  readonly savepoints: ReadonlyMap<string, CheckpointManifest>;
  /** Jobs of a name, newest first. */
  named(name: string): readonly JobRunner[];
}

/** Whether somebody may still start from the job's last checkpoint: it runs, or "latest" means it. */
export function needsCheckpoint(runner: JobRunner, jobs: Pick<KnownJobs, "named">): boolean {
  const { state, name } = runner.machine.record;
  return !ENDED_STATES.includes(state) || jobs.named(name)[0] === runner;
}

/** What holds the start of the internal topics. Of a job that has ended the state alone, and of one that ended without a checkpoint nothing. */
export function trimHolders(jobs: KnownJobs): TrimHolder[] {
  const ofJobs = [...jobs.runners.values()]
    .filter((runner) => needsCheckpoint(runner, jobs))
    .map((runner): TrimHolder => {
      const { checkpoint, record } = runner.machine;
      return { jobId: runner.jobId, checkpoint, needsMarks: !ENDED_STATES.includes(record.state) };
    })
    .filter(({ checkpoint, needsMarks }) => needsMarks || checkpoint !== undefined);
  return [
    ...ofJobs,
    ...Array.from(jobs.savepoints, ([savepointId, checkpoint]) => ({ jobId: savepointId, checkpoint, needsMarks: false })),
  ];
}
