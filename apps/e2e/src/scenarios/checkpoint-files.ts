import { JobState, type JobStatus } from "@millrace/contracts";
import { BucketPlace } from "../checkpoint-places/bucket-place.ts";
import { FolderPlace } from "../checkpoint-places/folder-place.ts";
import type { SharedFile, SharedPlace } from "../checkpoint-places/shared-place.ts";
import { JobWatch } from "../flights/job-watch.ts";
import { COUNTING_JOB, type JobVersion, writeCountingJob } from "../rescale/counting-job.ts";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import { findFaults } from "../sinks/check-results.ts";
import { INPUT_PARTITIONS, NumberSource } from "../sinks/number-source.ts";
import { readResults } from "../sinks/read-outputs.ts";
import { SINKS } from "../sinks/sinks-job.ts";
import { StateReader } from "../state/state-reader.ts";
import { type Cluster, startCluster } from "../system/cluster.ts";
import { childrenOf } from "../system/managed-process.ts";
import { runCli } from "../system/run-cli.ts";

const WITHIN_MS_MAX = 120_000;
const CHECKPOINTS = 4n;
/** With eight keys in a slot above the 64 KiB that a part may have in the store. */
const PAD_BYTES = 12_000;
/** 12 slots, each with a part that is whole and two of changes at most, since every key changes each time; a savepoint's beside them, and some that are being written. */
const FILES_MAX = 12 * 3 * 2 + 12;

/** State of a job in files that all executors share. */
export const checkpointFiles: Scenario = {
  name: "checkpoint-files",
  what: "a job keeps its state in a folder: workers and an executor are killed, the folder goes away and comes back, an upgrade goes on from its savepoint; nothing lost or doubled, and no file is left behind",
  run: (context) => runOn(new FolderPlace(context.folder), context),
};

/** The same in a bucket. */
export const checkpointBucket: Scenario = {
  name: "checkpoint-bucket",
  what: "the same in a bucket: the server that speaks S3 is killed and comes back, and the bucket is made late",
  run: async (context) => runOn(await BucketPlace.start(context.folder), context),
};

async function runOn(place: SharedPlace, context: ScenarioContext): Promise<Figures> {
  try {
    const cluster = await startCluster(context.folder, { coordinators: 1, brokers: 1, executors: 2, env: place.env });
    try {
      return await new CheckpointFiles(cluster, place, context).run();
    } finally {
      await cluster.stop();
    }
  } finally {
    await place.stop();
  }
}

class CheckpointFiles {
  readonly #cluster: Cluster;
  readonly #context: ScenarioContext;
  /** What the job's checkpoint path names. */
  readonly #place: SharedPlace;

  constructor(cluster: Cluster, place: SharedPlace, context: ScenarioContext) {
    this.#cluster = cluster;
    this.#context = context;
    this.#place = place;
  }

  async run(): Promise<Figures> {
    const { client } = this.#cluster;
    for (const name of [SINKS.input, SINKS.topic]) await client.admin().createTopic({ name, partitions: INPUT_PARTITIONS });
    const source = new NumberSource(client);
    source.start();
    const first = await this.#withoutPlace();
    await this.#checkpoints(first);
    await this.#checkFiles(first);
    await this.#killed(first);
    await this.#placeAway(first);
    this.#context.say("an upgrade, from a savepoint there");
    const second = await this.#job("upgrade", { version: "second" });
    await this.#checkpoints(second);
    await this.#checkFiles(second);
    const left = await this.#place.files(first);
    check(left.length > 0, "the savepoint's files are gone while it is there");
    const [savepoint] = await client.admin().listSavepoints(first);
    await client.admin().deleteSavepoint(savepoint?.savepointId ?? "");
    await this.#checkpoints(second);
    await this.#checkpoints(second);
    const numbers = await source.stop();
    await this.#checkExact(second, numbers);
    const files = await this.#checkFiles(second);
    const unfinished = files.filter(({ name }) => name.endsWith(".unfinished"));
    check(unfinished.length === 0, `${unfinished.length} files of killed workers stay`);
    // A part that did not change since the savepoint may still be in the first job's folder; all else is gone.
    check(
      (await this.#place.files(first)).length < left.length,
      `${left.length} files of the first job stay after its savepoint was deleted`,
    );
    return { numbers, files: files.length, megabytes: Math.round(files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e5) / 10 };
  }

  /** The place is not there at first: the job says so, and goes on when it is. */
  async #withoutPlace(): Promise<string> {
    const { say } = this.#context;
    const jobId = await this.#job("submit", { version: "first" });
    await this.#until(jobId, "the error that names the path", ({ error }) => error?.code === "checkpoint-path-unusable");
    await this.#place.create();
    await this.#until(jobId, "the job running", ({ state }) => state === JobState.RUNNING);
    say("the job waited for its checkpoint path, and runs");
    return jobId;
  }

  async #killed(jobId: string): Promise<void> {
    const executor = this.#cluster.executors[0];
    check(executor !== undefined, "no executor");
    for (const victim of ["worker", "executor"]) {
      const { restarts } = await this.#until(jobId, "the job running", ({ state }) => state === JobState.RUNNING);
      if (victim === "worker") process.kill(childrenOf(executor.process.pid)[0] ?? NaN, "SIGKILL");
      else await executor.process.kill();
      await this.#until(jobId, `a restart after a ${victim} was killed`, (status) => status.restarts > restarts);
      if (victim === "executor") await executor.process.start();
      await this.#checkpoints(jobId);
      this.#context.say(`a ${victim} was killed, and the job has its state from the files`);
    }
    await this.#checkFiles(jobId);
  }

  /** As an unmounted share: workers fail, say why, and the job recovers when it is back. */
  async #placeAway(jobId: string): Promise<void> {
    await this.#place.takeAway();
    await this.#until(
      jobId,
      "a failure for want of the checkpoint path",
      ({ error, state }) => this.#place.awayCodes.includes(error?.code ?? "") && state !== JobState.RUNNING,
    );
    await this.#place.bringBack();
    await this.#checkpoints(jobId);
    this.#context.say("the checkpoint path went away and came back");
  }

  /** Some more of them. */
  async #checkpoints(jobId: string): Promise<void> {
    const { lastCheckpointBatch } = await this.#until(jobId, "the job running", ({ state }) => state === JobState.RUNNING);
    let seen = lastCheckpointBatch;
    for (let count = 0n; count < CHECKPOINTS; count++) {
      const next = await this.#until(jobId, "another checkpoint", (status) => status.lastCheckpointBatch > seen);
      seen = next.lastCheckpointBatch;
    }
  }

  async #checkFiles(jobId: string): Promise<readonly SharedFile[]> {
    const files = await this.#place.files(jobId);
    check(files.length > 0, `no state of ${jobId} is in files`);
    check(files.length <= FILES_MAX, `${files.length} files are there: those of former checkpoints stay`);
    return files;
  }

  async #checkExact(jobId: string, numbers: number): Promise<void> {
    await this.#until(jobId, "all numbers read", (status) => status.state === JobState.RUNNING && Number(status.recordsIn) >= numbers);
    await this.#cluster.client.admin().stopJob(jobId, { drain: true });
    await this.#until(jobId, "the end of the job", ({ state }) => state === JobState.STOPPED);
    const parts = await new StateReader(this.#cluster.address, this.#place.env).checkSaved([jobId, "--checkpoint"], numbers);
    check((parts["file"] ?? 0) > 0, `no part of the last checkpoint is a file: ${JSON.stringify(parts)}`);
    const faults = findFaults(await readResults(this.#cluster.client, SINKS.topic), numbers);
    check(faults.length === 0, `results of ${numbers} numbers: ${faults.join("; ")}`);
  }

  async #job(command: "submit" | "upgrade", version: JobVersion): Promise<string> {
    const settings = { padBytes: PAD_BYTES, checkpointPath: this.#place.url, checkpointIntervalMs: 1_000 };
    const path = writeCountingJob(this.#context.folder, { ...version, ...settings });
    const { exit, stdout, stderr } = await runCli(["job", command, path, "--no-check", "--json", "--address", this.#cluster.address]);
    check(exit === 0, `job ${command} of ${COUNTING_JOB} ended with ${exit}: ${stderr}`);
    return (JSON.parse(stdout) as { readonly jobId: string }).jobId;
  }

  async #until(jobId: string, what: string, holds: (status: JobStatus) => boolean): Promise<JobStatus> {
    const watch = new JobWatch(this.#cluster.client, jobId);
    try {
      return await watch.until(what, { withinMs: WITHIN_MS_MAX }, holds);
    } finally {
      watch.stop();
    }
  }
}
