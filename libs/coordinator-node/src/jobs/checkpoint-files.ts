import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CheckpointFolderSchema } from "@millrace/contracts";
import type { CheckpointManifest } from "@millrace/scheduling";
import type { JobRunner } from "./job-runner.ts";
import { type KnownJobs, needsCheckpoint } from "./needed-checkpoints.ts";

/**
 * Keeps checkpoint paths from growing without end: whenever a checkpoint of a job is stored, one of its workers, which reach the path, is told which files of the job, and of ended jobs
 * of its name, are still referred to. A file that is being written is not among them, and stays: it is of a later batch.
 */
export class CheckpointFiles {
  readonly #jobs: KnownJobs;
  readonly #toldOf = new WeakMap<JobRunner, CheckpointManifest>();

  constructor(jobs: KnownJobs) {
    this.#jobs = jobs;
  }

  /** Something changed of a job: tells a worker if there is another checkpoint, and workers to tell. */
  look(runner: JobRunner): void {
    const { storedCheckpoint } = runner;
    if (storedCheckpoint === undefined || this.#toldOf.get(runner) === storedCheckpoint || runner.machine.figures.openOn.length === 0)
      return;
    const folders = this.#foldersOf(runner, storedCheckpoint);
    this.#toldOf.set(runner, storedCheckpoint);
    if (folders.length > 0) runner.tellWorkers({ case: "trimCheckpointFiles", value: { folders } }, { first: true });
  }

  /** Its own, and those of jobs before it, of which only savepoints are worth anything, and the last checkpoint of the one that was the newest. */
  #foldersOf(runner: JobRunner, stored: CheckpointManifest): MessageInitShape<typeof CheckpointFolderSchema>[] {
    const files = this.#referred();
    return this.#jobs.named(runner.machine.record.name).flatMap((one) => {
      const place = one.stored.graph.settings.checkpointPath;
      if (place === undefined) return [];
      const prefix = `${one.jobId}/`;
      const own = files.filter((file) => file.place === place && file.name.startsWith(prefix));
      const keep = own.map(({ name }) => name.slice(prefix.length));
      const { jobEpoch } = one.machine.record;
      const upTo = one === runner ? { jobEpoch, batch: stored.batch } : { jobEpoch: jobEpoch + 1, batch: 0 };
      return [{ place, jobId: one.jobId, keep, jobEpoch: BigInt(upTo.jobEpoch), batch: BigInt(upTo.batch) }];
    });
  }

  #referred(): readonly { readonly place: string; readonly name: string }[] {
    const needed = [...this.#jobs.runners.values()].filter((one) => needsCheckpoint(one, this.#jobs));
    const checkpoints = needed.flatMap((one) => [one.storedCheckpoint, one.machine.checkpoint]);
    const manifests = new Set([...checkpoints, ...this.#jobs.savepoints.values()]);
    const files = [...manifests].flatMap((manifest) => manifest?.parts ?? []).map(({ location }) => location);
    return [...new Map(files.flatMap((file) => (file.type === "file" ? [[`${file.place} ${file.name}`, file]] : []))).values()];
  }
}
