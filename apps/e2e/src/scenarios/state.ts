import { JobState, type JobStatus } from "@millrace/contracts";
import { JobWatch } from "../flights/job-watch.ts";
import { COUNTING_JOB, writeCountingJob } from "../rescale/counting-job.ts";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import { INPUT_PARTITIONS, NumberSource } from "../sinks/number-source.ts";
import { KEYS, SINKS } from "../sinks/sinks-job.ts";
import { expectedCounts, StateReader } from "../state/state-reader.ts";
import { type Cluster, startCluster } from "../system/cluster.ts";
import { childrenOf } from "../system/managed-process.ts";
import { submitJob } from "../system/submit-job.ts";

const WITHIN_MS_MAX = 120_000;
const READS = 10;
const KEY = 5;

/** State of a job, read from outside while it runs. */
export const state: Scenario = {
  name: "state",
  what: "state of a running job is read by key and as a whole, under load and over a killed worker; at the end it is what was sent, in the last checkpoint too, and what cannot be read is said",
  run: async (context) => {
    const cluster = await startCluster(context.folder, { coordinators: 1, brokers: 1, executors: 2 });
    try {
      return await new StateReads(cluster, context).run();
    } finally {
      await cluster.stop();
    }
  },
};

class StateReads {
  readonly #cluster: Cluster;
  readonly #context: ScenarioContext;
  readonly #reader: StateReader;
  #watch: JobWatch | undefined;

  constructor(cluster: Cluster, context: ScenarioContext) {
    this.#cluster = cluster;
    this.#context = context;
    this.#reader = new StateReader(cluster.address);
  }

  async run(): Promise<Figures> {
    const { client } = this.#cluster;
    const { say } = this.#context;
    for (const name of [SINKS.input, SINKS.topic]) await client.admin().createTopic({ name, partitions: INPUT_PARTITIONS });
    const source = new NumberSource(client);
    source.start();
    const path = writeCountingJob(this.#context.folder, { version: "first" });
    this.#watch = new JobWatch(client, await submitJob(path, this.#cluster.address));
    await this.#until("a number of every key", (status) => status.state === JobState.RUNNING && Number(status.recordsIn) > 2 * KEYS);
    say("reads under load");
    const readMs = await this.#readOften();
    await this.#killAndRead();
    const numbers = await source.stop();
    await this.#until("all numbers read", (status) => status.state === JobState.RUNNING && Number(status.recordsIn) >= numbers);
    await this.#checkExact(numbers);
    await this.#checkRefusals(numbers);
    this.#watch.stop();
    return { numbers, readMsMedian: readMs };
  }

  /** One key again and again: it grows as batches go by, and never falls. Resolves with the median time of a read, gRPC only. */
  async #readOften(): Promise<number> {
    const times: number[] = [];
    let before = { batch: 0n, count: 0 };
    for (let read = 0; read < READS; read++) {
      const startMs = performance.now();
      const now = await this.#countOf(KEY);
      times.push(performance.now() - startMs);
      check(
        now.batch <= before.batch || now.count >= before.count,
        `key ${KEY} was ${before.count} at batch ${before.batch} and is ${now.count} at ${now.batch}`,
      );
      before = now;
      await this.#until("another batch", ({ lastBatchDone }) => lastBatchDone > now.batch + 1n);
    }
    check(before.count > 2, `key ${KEY} stays at ${before.count} while numbers come`);
    return Math.round(times.sort((left, right) => left - right)[READS >> 1] ?? 0);
  }

  /** A worker dies: who asks then hears of the state again, as soon as it is there. */
  async #killAndRead(): Promise<void> {
    const before = await this.#countOf(KEY);
    const [worker] = this.#cluster.executors.flatMap(({ process: executor }) => childrenOf(executor.pid));
    check(worker !== undefined, "no worker runs");
    process.kill(worker, "SIGKILL");
    await this.#until("a restart", ({ restarts }) => restarts > 0);
    await this.#until("batches after it", (status) => status.state === JobState.RUNNING && status.lastBatchDone > before.batch + 1n);
    const after = await this.#countOf(KEY);
    check(after.count >= before.count, `key ${KEY} was ${before.count} before a worker was killed and is ${after.count} after it`);
    this.#context.say(`a worker killed: key ${KEY} goes on from ${before.count} to ${after.count}`);
  }

  async #countOf(key: number): Promise<{ readonly batch: bigint; readonly count: number }> {
    const { batch, entries } = await this.#cluster.client
      .admin()
      .readJobState(COUNTING_JOB, { operator: "counted", keysJson: [String(key)] });
    const [counted] = JSON.parse(entries[0]?.valueJson ?? "[]") as readonly { readonly nth: number }[];
    return { batch, count: counted?.nth ?? 0 };
  }

  async #checkExact(numbers: number): Promise<void> {
    const expected = expectedCounts(numbers);
    const found = await this.#reader.counts([COUNTING_JOB, "counted", "--limit", "1000"]);
    const wrong = [...expected].filter(([key, count]) => found.get(key) !== count);
    check(
      found.size === expected.size && wrong.length === 0,
      `state has ${found.size} of ${expected.size} keys; wrong: ${wrong
        .slice(0, 5)
        .map(([key, count]) => `${key} is ${found.get(key)}, not ${count}`)
        .join(", ")}`,
    );
    const some = await this.#reader.counts([COUNTING_JOB, "counted", "--prefix", "9", "--key", "9", "--key", "96"]);
    check(some.size === 2 && some.get(96) === expected.get(96), `--key 9 --key 96 found ${[...some.keys()].join(", ")}`);
    const { stdout } = await this.#reader.run([COUNTING_JOB]);
    check(stdout.includes('"operator":"counted"') && stdout.includes(`"keyCount":${KEYS}`), `operators with state: ${stdout}`);
  }

  async #checkRefusals(numbers: number): Promise<void> {
    await this.#refused([COUNTING_JOB, "results"], 3, "operator-without-state", "these do: counted");
    await this.#refused([COUNTING_JOB, "counted", "--key", "12345"], 3, "state-key-not-found", "12345");
    await this.#refused(["nobody", "counted"], 3, "unknown-job", "nobody");
    await this.#cluster.client.admin().stopJob(COUNTING_JOB, { drain: true });
    await this.#refused([COUNTING_JOB, "counted"], 4, "job-ended", "stopped");
    await this.#until("the end of the job", (status) => status.state === JobState.STOPPED);
    await this.#reader.checkSaved([COUNTING_JOB, "--checkpoint"], numbers);
  }

  async #refused(args: readonly string[], exit: number, ...words: readonly string[]): Promise<void> {
    const result = await this.#reader.run(args);
    const isAsExpected = result.exit === exit && words.every((word) => result.stderr.includes(word));
    check(isAsExpected, `job state ${args.join(" ")} ended with ${result.exit} and said ${result.stderr}`);
  }

  #until(what: string, holds: (status: JobStatus) => boolean): Promise<JobStatus> {
    check(this.#watch !== undefined, "no job");
    return this.#watch.until(what, { withinMs: WITHIN_MS_MAX }, holds);
  }
}
