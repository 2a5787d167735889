import { describe, expect, it } from "@jest/globals";
import type { CheckpointManifest } from "@millrace/scheduling";
import type { JobRunner } from "./job-runner.ts";
import { type KnownJobs, trimHolders } from "./needed-checkpoints.ts";

const CHECKPOINT = { batch: 7 } as unknown as CheckpointManifest;

function jobsOf(...jobs: readonly { jobId: string; name: string; state: string; checkpoint?: CheckpointManifest }[]): KnownJobs {
  const runners = jobs.map(
    ({ jobId, name, state, checkpoint }, incarnation) =>
      ({ jobId, machine: { checkpoint, record: { name, state, incarnation } } }) as unknown as JobRunner,
  );
  return {
    runners: new Map(runners.map((runner) => [runner.jobId, runner])),
    savepoints: new Map([["s", CHECKPOINT]]),
    named: (name) => runners.filter(({ machine }) => machine.record.name === name).toReversed(),
  };
}

const held = (jobs: KnownJobs): unknown =>
  trimHolders(jobs).map(({ jobId, checkpoint, needsMarks }) => [jobId, checkpoint?.batch, needsMarks]);

describe("trimHolders", () => {
  it("keeps state and marks of what runs, and the state alone of savepoints", () => {
    expect(held(jobsOf({ jobId: "a", name: "n", state: "running" }))).toEqual([
      ["a", undefined, true],
      ["s", 7, false],
    ]);
  });

  it("keeps the state of a job that was stopped, from which its next version starts; not of those before it", () => {
    const stopped = { name: "n", state: "stopped", checkpoint: CHECKPOINT };
    expect(held(jobsOf({ jobId: "a", ...stopped }, { jobId: "b", ...stopped }))).toEqual([
      ["b", 7, false],
      ["s", 7, false],
    ]);
  });

  it("keeps nothing for a job that ended before its first checkpoint", () => {
    expect(held(jobsOf({ jobId: "a", name: "n", state: "failed" }))).toEqual([["s", 7, false]]);
  });
});
