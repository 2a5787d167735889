import { describe, expect, it } from "@jest/globals";
import { JOB_SETTINGS_DEFAULT } from "@millrace/model";
import type { CheckpointManifest } from "@millrace/scheduling";
import { CheckpointFiles } from "./checkpoint-files.ts";
import type { JobRunner } from "./job-runner.ts";

const PLACE = "file:///checkpoints";

function manifest(batch: number, ...names: readonly string[]): CheckpointManifest {
  const parts = names.map((name) => ({ location: name === "inline" ? { type: "inline" } : { type: "file", place: PLACE, name } }));
  return { batch, parts } as unknown as CheckpointManifest;
}

interface Job {
  readonly id: string;
  readonly incarnation: number;
  readonly state?: string;
  readonly checkpoint?: CheckpointManifest;
  /** About to be stored. */
  readonly next?: CheckpointManifest;
  readonly path?: string | undefined;
  readonly workers?: readonly string[];
}

/** Jobs of one name; what the first worker of each is told. */
function createRig(jobs: readonly Job[], savepoints: Readonly<Record<string, CheckpointManifest>> = {}) {
  const told: { readonly jobId: string; readonly folders: unknown; readonly first: boolean | undefined }[] = [];
  const runners = jobs.map(({ id, incarnation, state = "running", checkpoint, next = checkpoint, workers = ["e"], ...job }) => ({
    jobId: id,
    storedCheckpoint: checkpoint,
    stored: { graph: { settings: { ...JOB_SETTINGS_DEFAULT, checkpointPath: "path" in job ? job.path : PLACE } } },
    machine: { record: { name: "j", state, jobEpoch: 4, incarnation }, figures: { openOn: workers }, checkpoint: next },
    tellWorkers: ({ value }: { value: { folders: unknown } }, { first }: { first?: boolean }) =>
      told.push({ jobId: id, folders: value.folders, first }),
  })) as unknown as (JobRunner & { storedCheckpoint: CheckpointManifest })[];
  const files = new CheckpointFiles({
    runners: new Map(runners.map((runner) => [runner.jobId, runner])),
    savepoints: new Map(Object.entries(savepoints)),
    named: () => [...runners].sort((a, b) => b.machine.record.incarnation - a.machine.record.incarnation),
  });
  return { files, told, runner: runners[0] as JobRunner & { storedCheckpoint: CheckpointManifest } };
}

describe("CheckpointFiles", () => {
  it("tells one worker what the stored checkpoint refers to, once for each checkpoint", () => {
    const { files, told, runner } = createRig([{ id: "j-2", incarnation: 2, checkpoint: manifest(7, "j-2/4.6.0.a", "inline") }]);
    files.look(runner);
    files.look(runner);
    expect(told).toEqual([
      { jobId: "j-2", folders: [{ place: PLACE, jobId: "j-2", keep: ["4.6.0.a"], jobEpoch: 4n, batch: 7n }], first: true },
    ]);
    runner.storedCheckpoint = manifest(9, "j-2/4.9.0.a");
    files.look(runner);
    expect(told).toHaveLength(2);
  });

  it("keeps what a savepoint refers to, and a checkpoint that is about to be stored", () => {
    const savepoints = { "j-2.1": manifest(3, "j-2/4.3.0.a"), "j-1.1": manifest(5, "j-1/2.5.0.a") };
    const job = { id: "j-2", incarnation: 2, checkpoint: manifest(7, "j-2/4.7.0.a"), next: manifest(8, "j-2/4.8.0.a") };
    const { files, told, runner } = createRig([job], savepoints);
    files.look(runner);
    expect(told[0]?.folders).toMatchObject([{ keep: ["4.7.0.a", "4.8.0.a", "4.3.0.a"], batch: 7n }]);
  });

  it("clears what ended jobs of the name left but for savepoints and what the running one still refers to", () => {
    const { files, told, runner } = createRig(
      [
        { id: "j-2", incarnation: 2, checkpoint: manifest(7, "j-2/4.7.0.a", "j-1/4.5.0.b") },
        { id: "j-1", incarnation: 1, state: "stopped", checkpoint: manifest(6, "j-1/4.6.0.a", "j-1/4.5.0.b") },
      ],
      { "j-1.1": manifest(4, "j-1/4.4.0.a") },
    );
    files.look(runner);
    expect(told[0]?.folders).toEqual([
      { place: PLACE, jobId: "j-2", keep: ["4.7.0.a"], jobEpoch: 4n, batch: 7n },
      { place: PLACE, jobId: "j-1", keep: ["4.5.0.b", "4.4.0.a"], jobEpoch: 5n, batch: 0n },
    ]);
  });

  it("has nothing to say of a job without a path, a checkpoint or open tasks", () => {
    for (const job of [{ path: undefined, checkpoint: manifest(7) }, { workers: [], checkpoint: manifest(7) }, {}]) {
      const { files, told, runner } = createRig([{ id: "j-1", incarnation: 1, ...job }]);
      files.look(runner);
      expect(told).toEqual([]);
    }
  });
});
