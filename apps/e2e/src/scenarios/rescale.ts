import { setTimeout as delay } from "node:timers/promises";
import { JobState, type JobStatus } from "@millrace/contracts";
import { JobWatch } from "../flights/job-watch.ts";
import { COUNTING_JOB, writeCountingJob } from "../rescale/counting-job.ts";
import { killSomeone } from "../rescale/kill-someone.ts";
import { OutputWatch } from "../rescale/output-watch.ts";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import { findFaults } from "../sinks/check-results.ts";
import { INPUT_PARTITIONS, NumberSource } from "../sinks/number-source.ts";
import { readResults } from "../sinks/read-outputs.ts";
import { SINKS } from "../sinks/sinks-job.ts";
import { type Cluster, type Member, startCluster } from "../system/cluster.ts";
import { runCli } from "../system/run-cli.ts";
import { submitJob } from "../system/submit-job.ts";
import { withLatency } from "../system/with-latency.ts";

const EXECUTORS = 6;
const RESCALED_MS_MAX = 180_000;
/** Batches on a layout before the next change. */
const BATCHES_BETWEEN = 10n;
const KILLS_DEFAULT = 2;
/** A rescale takes some seconds from the wish to the change, most of it the start of workers. */
const KILL_MS_END = 2_500;

/** Acceptance 5 of the streams: executors join and leave a job that runs, and users ask for a number of workers. */
export const rescale: Scenario = {
  name: "rescale",
  what: "a stateful job under load moves from 2 to 6 to 3 executors as they join and leave, then to 5 and 2 workers on request, and while somebody is killed; nothing lost or doubled",
  run: async (context) => {
    const cluster = await startCluster(context.folder, { coordinators: 1, brokers: 1, executors: EXECUTORS });
    try {
      return await new Rescales(cluster, context).run();
    } finally {
      await cluster.stop();
    }
  },
};

class Rescales {
  readonly #cluster: Cluster;
  readonly #context: ScenarioContext;
  readonly #output: OutputWatch;
  #watch: JobWatch | undefined;
  readonly #figures: Record<string, number> = {};

  constructor(cluster: Cluster, context: ScenarioContext) {
    this.#cluster = cluster;
    this.#context = context;
    this.#output = new OutputWatch(cluster.client, SINKS.topic);
  }

  async run(): Promise<Figures> {
    const { client, executors } = this.#cluster;
    for (const name of [SINKS.input, SINKS.topic]) await client.admin().createTopic({ name, partitions: INPUT_PARTITIONS });
    await stopAll(executors.slice(2));
    const source = new NumberSource(client);
    source.start();
    this.#watch = await this.#submit();
    await this.#settled(2);
    this.#output.start();
    await this.#change("2 → 6 executors", 6, () => startAll(executors.slice(2)));
    await this.#change("6 → 3 executors", 3, () => stopAll(executors.slice(3)));
    await startAll(executors.slice(3));
    await this.#change("3 → 5 workers", 5, () => this.#ask("5"));
    await this.#change("5 → 2 workers", 2, () => this.#ask("2"));
    await this.#change("2 → 6 workers, on as many as there are", 6, () => this.#ask("auto"));
    await this.#output.stop();
    const restarts = this.#watch.last?.restarts ?? 0;
    check(restarts === 0, `a rescale is no failure, and the job counts ${restarts} restarts: ${this.#watch.last?.error?.message ?? ""}`);
    await this.#killDuringRescales(this.#context.flags.kills ?? KILLS_DEFAULT);
    const numbers = await source.stop();
    await this.#check(numbers);
    return { numbers, ...this.#figures };
  }

  async #submit(): Promise<JobWatch> {
    const path = withLatency(writeCountingJob(this.#context.folder, { version: "first" }), this.#context);
    return new JobWatch(this.#cluster.client, await submitJob(path, this.#cluster.address));
  }

  /** The command waits until it is done, and says so. */
  async #ask(workers: string): Promise<void> {
    const args = ["job", "rescale", COUNTING_JOB, "--workers", workers, "--json", "--address", this.#cluster.address];
    const { exit, stdout, stderr } = await runCli(args);
    check(exit === 0, `job rescale ended with ${exit}: ${stderr}`);
    check(!(JSON.parse(stdout) as { readonly rescaling: boolean }).rescaling, `job rescale came back before it was done: ${stdout}`);
  }

  async #change(what: string, workers: number, cause: () => Promise<void>): Promise<void> {
    this.#output.takeLongestPause();
    await cause();
    const { lastRescalePauseMs } = await this.#settled(workers);
    const silentMs = this.#output.takeLongestPause();
    const pauseMs = Math.round(lastRescalePauseMs);
    this.#context.say(`${what}: pause ${pauseMs} ms, readers heard nothing for at most ${silentMs} ms`);
    this.#figures["pauseMsMax"] = Math.max(pauseMs, this.#figures["pauseMsMax"] ?? 0);
    this.#figures["silentMsMax"] = Math.max(silentMs, this.#figures["silentMsMax"] ?? 0);
  }

  /** Runs on so many workers, and has done some batches there. */
  async #settled(workers: number): Promise<JobStatus> {
    const watch = this.#watch;
    check(watch !== undefined, "no job");
    const isThere = (status: JobStatus): boolean => status.state === JobState.RUNNING && status.workers === workers && !status.rescaling;
    const { lastBatchDone } = await watch.until(`the job on ${workers} workers`, { withinMs: RESCALED_MS_MAX }, isThere);
    return watch.until(
      `batches on ${workers} workers`,
      { withinMs: RESCALED_MS_MAX },
      (status) => isThere(status) && status.lastBatchDone >= lastBatchDone + BATCHES_BETWEEN,
    );
  }

  /** To and fro between 2 and 5 workers; each time somebody dies on the way. */
  async #killDuringRescales(kills: number): Promise<void> {
    const { random, say } = this.#context;
    for (let kill = 1; kill <= kills; kill++) {
      const workers = kill % 2 === 1 ? 2 : 5;
      const { rescaling } = await this.#cluster.client.admin().rescaleJob(COUNTING_JOB, workers);
      check(rescaling, `nothing is rescaled on the way to ${workers} workers`);
      await delay(random.integer(KILL_MS_END));
      const isOnItsWay = this.#watch?.last?.workers !== workers || this.#watch.last.rescaling;
      this.#figures["killsDuringRescale"] = (this.#figures["killsDuringRescale"] ?? 0) + (isOnItsWay ? 1 : 0);
      const victim = await killSomeone(this.#cluster, random);
      await this.#settled(workers);
      say(`kill ${kill} of ${kills}, ${isOnItsWay ? "on the way to" : "after the change to"} ${workers} workers: ${victim}`);
    }
  }

  async #check(numbers: number): Promise<void> {
    const watch = this.#watch;
    check(watch !== undefined, "no job");
    const isDone = (status: JobStatus): boolean => status.state === JobState.RUNNING && Number(status.recordsIn) >= numbers;
    await watch.until("all numbers read", { withinMs: RESCALED_MS_MAX }, isDone);
    await this.#cluster.client.admin().stopJob(COUNTING_JOB, { drain: true });
    await watch.until("the end of the job", { withinMs: RESCALED_MS_MAX }, (status) => status.state === JobState.STOPPED);
    watch.stop();
    const faults = findFaults(await readResults(this.#cluster.client, SINKS.topic), numbers);
    check(faults.length === 0, `results of ${numbers} numbers: ${faults.join("; ")}`);
  }
}

/** One after the other: four programs that start at once take the processor from the job, and it is the rescale that is measured. */
async function startAll(executors: readonly Member[]): Promise<void> {
  for (const executor of executors) await executor.process.start();
}

async function stopAll(executors: readonly Member[]): Promise<void> {
  await Promise.all(executors.map((executor) => executor.process.stop()));
}
