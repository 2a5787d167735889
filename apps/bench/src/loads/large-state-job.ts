import type { Client } from "@millrace/client";
import { JobState, type JobStatus } from "@millrace/contracts";
import { AppError } from "@millrace/model";
import type { DevCluster } from "../cluster/dev-cluster.ts";
import type { Cost } from "../load.ts";
import { CostMeter } from "../measure/cost-meter.ts";
import { childrenOf } from "../measure/process-tree.ts";
import { readJson } from "../verify/read-json.ts";
import { submitJob } from "./bounded-job.ts";
import { PARTITIONS } from "./produce.ts";

/** With one figure for the count they make a state of 100 characters. */
const LINE_LENGTH = 99;
const KEY_LENGTH = 10;

/** Which keys, and thereby which lines. */
export interface Lines {
  readonly keys: number;
  readonly oneIn: number;
}

/** The job of `jobs/large-state.ts` with what it reads, from its start on. */
export class LargeStateJob {
  readonly #client: Client;
  readonly #cluster: DevCluster;
  readonly #progress: (text: string) => void;
  #written = 0;
  #jobId = "";

  constructor(client: Client, cluster: DevCluster, progress: (text: string) => void) {
    this.#client = client;
    this.#cluster = cluster;
    this.#progress = progress;
  }

  /** A line of each of these keys; how many that are. */
  async write({ keys, oneIn }: Lines): Promise<number> {
    this.#progress(`writing ${Math.ceil(keys / oneIn)} lines`);
    const encoder = new TextEncoder();
    const producer = this.#client.producer({ acks: "all", idempotent: true, lingerMs: 5, batchBytes: 128 * 1_024 });
    await producer.open(["bench-lines"]);
    let count = 0;
    for (let key = 0; key < keys; key += oneIn, count++) {
      const value = encoder.encode(`${keyAt(key)}${"x".repeat(LINE_LENGTH - KEY_LENGTH)}`);
      if (!producer.send("bench-lines", { value, partition: key % PARTITIONS })) await producer.ready();
      if (count % 5_000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await producer.close();
    this.#written += count;
    return count;
  }

  /** Submits the job; from the moment it runs until it has read everything. */
  async runToEnd(): Promise<{ readonly seconds: number; readonly cost: Cost }> {
    this.#jobId = await submitJob({ address: this.#cluster.brokerAddress, module: "large-state.ts" });
    await this.#until(({ state }) => state === JobState.RUNNING);
    this.#progress("reading them");
    const meter = new CostMeter(this.#cluster.pid);
    const startMs = performance.now();
    await this.untilRead();
    return { seconds: (performance.now() - startMs) / 1_000, cost: meter.stop() };
  }

  async untilRead(): Promise<void> {
    await this.#until(({ state, recordsIn }) => state === JobState.RUNNING && Number(recordsIn) >= this.#written);
  }

  /** A savepoint: what all its parts weigh, those of former checkpoints that it refers to among them. */
  async checkpoint(): Promise<{ readonly bytes: number; readonly seconds: number }> {
    this.#progress("checkpoint");
    const startMs = performance.now();
    const { savepointId } = await this.#client.admin().createSavepoint(this.#jobId);
    const seconds = (performance.now() - startMs) / 1_000;
    const savepoints = await this.#client.admin().listSavepoints(this.#jobId);
    return { bytes: Number(savepoints.find((known) => known.savepointId === savepointId)?.byteCount ?? 0n), seconds };
  }

  /** Seconds from the kill until the job runs again with all its state. */
  async killWorker(): Promise<number> {
    const [worker] = childrenOf(this.#cluster.pid);
    const { jobEpoch } = await this.#until(() => true);
    if (worker === undefined) throw new AppError({ kind: "internal", code: "internal", message: "the job has no worker to kill" });
    this.#progress("killing the worker");
    const startMs = performance.now();
    process.kill(worker, "SIGKILL");
    await this.#until((status) => status.state === JobState.RUNNING && status.jobEpoch > jobEpoch);
    return (performance.now() - startMs) / 1_000;
  }

  /** What is wrong with the counts, in words: each of these keys must have been counted once for each of `times`. */
  async problems({ keys, oneIn, times }: Lines & { readonly times: readonly number[] }): Promise<string[]> {
    const missing = new Set<string>();
    for (let key = 0; key < keys; key += oneIn) for (const time of times) missing.add(`${keyAt(key)} ${time}`);
    let others = 0;
    await readJson(this.#client, {
      topic: "bench-counts",
      each: (value) => {
        const { key, times: time } = value as { readonly key: string; readonly times: number };
        if (!missing.delete(`${key} ${time}`)) others++;
      },
    });
    const [first] = missing;
    return [
      ...(first === undefined ? [] : [`${missing.size} counts are missing, the first is ${first}`]),
      ...(others === 0 ? [] : [`${others} counts are there twice or are wrong`]),
    ];
  }

  async #until(holds: (status: JobStatus) => boolean): Promise<JobStatus> {
    for await (const status of this.#client.admin().watchJob(this.#jobId)) {
      if (status.state === JobState.FAILED)
        throw new AppError({
          kind: "internal",
          code: "job-failed",
          message: `the job failed: ${status.error?.message ?? "no reason given"}`,
        });
      if (holds(status)) return status;
    }
    throw new AppError({ kind: "unavailable", code: "job-lost", message: "the coordinator stopped telling about the job" });
  }
}

function keyAt(key: number): string {
  return String(key).padStart(KEY_LENGTH, "0");
}
