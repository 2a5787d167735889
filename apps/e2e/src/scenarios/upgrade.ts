import { JobState, type JobStatus } from "@millrace/contracts";
import { JobWatch } from "../flights/job-watch.ts";
import { COUNTING_JOB, type JobVersion, writeCountingJob } from "../rescale/counting-job.ts";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import { findFaults } from "../sinks/check-results.ts";
import { INPUT_PARTITIONS, NumberSource } from "../sinks/number-source.ts";
import { readResults } from "../sinks/read-outputs.ts";
import { SINKS } from "../sinks/sinks-job.ts";
import { type Cluster, startCluster } from "../system/cluster.ts";
import { type ProgramResult, runCli } from "../system/run-cli.ts";

const WITHIN_MS_MAX = 120_000;
const BATCHES_BETWEEN = 5n;
const SECOND_TOPIC = "sink-remainders";

/** A second stateful operator, with a sink of its own. */
const REMAINDERS = `
    numbers
      .map((id) => pair(id % 7, 1))
      .updateStateByKey<number>((added, before) => (before ?? 0) + added.length)
      .named("remainders")
      .map(([remainder, count]) => ({ id: remainder, nth: count }))
      .to(kafka(${JSON.stringify(SECOND_TOPIC)}, { value: json<Result>() }))
      .named("remainder-results");
`;

/** Acceptance 5 of the streams: another version of a job goes on with the state of the former one, and what would lose state is refused. */
export const upgrade: Scenario = {
  name: "upgrade",
  what: "a stateful job under load is upgraded to a version with one more operator and keeps its state; one that drops state is refused without the flag",
  run: async (context) => {
    const cluster = await startCluster(context.folder, { coordinators: 1, brokers: 1, executors: 2 });
    try {
      return await new Upgrades(cluster, context).run();
    } finally {
      await cluster.stop();
    }
  },
};

class Upgrades {
  readonly #cluster: Cluster;
  readonly #context: ScenarioContext;

  constructor(cluster: Cluster, context: ScenarioContext) {
    this.#cluster = cluster;
    this.#context = context;
  }

  async run(): Promise<Figures> {
    const { client } = this.#cluster;
    const { say } = this.#context;
    for (const name of [SINKS.input, SINKS.topic, SECOND_TOPIC]) await client.admin().createTopic({ name, partitions: INPUT_PARTITIONS });
    const source = new NumberSource(client);
    source.start();
    const first = await this.#started(await this.#job("submit", { version: "first" }));
    say("the dry run of a version with one more operator");
    const added = { version: "more", more: REMAINDERS };
    const planned = await this.#job("upgrade", added, "--dry-run");
    this.#checkFates(planned, { counted: "kept", remainders: "new" });
    await this.#checkGoesOn(first);
    say("the upgrade itself");
    const startMs = performance.now();
    const second = await this.#started(await this.#job("upgrade", added));
    const upgradeMs = Math.round(performance.now() - startMs);
    say("a version without the operator that counts: refused, and nothing stops");
    const dropped = { version: "less", more: REMAINDERS, counts: false };
    this.#checkFates(await this.#job("upgrade", dropped, "--dry-run"), { counted: "dropped", remainders: "kept" });
    const refused = await this.#cli("upgrade", dropped);
    check(
      refused.exit !== 0 && refused.stderr.includes("state-dropped") && refused.stderr.includes("counted"),
      `an upgrade that drops state ended with ${refused.exit}: ${refused.stderr}`,
    );
    await this.#checkGoesOn(second);
    const numbers = await source.stop();
    await this.#checkExact(second, numbers);
    return { numbers, upgradeMs };
  }

  async #checkExact(jobId: string, numbers: number): Promise<void> {
    const isDone = (status: JobStatus): boolean => status.state === JobState.RUNNING && Number(status.recordsIn) >= numbers;
    await this.#until(jobId, "all numbers read", isDone);
    await this.#cluster.client.admin().stopJob(jobId, { drain: true });
    await this.#until(jobId, "the end of the job", ({ state }) => state === JobState.STOPPED);
    const faults = findFaults(await readResults(this.#cluster.client, SINKS.topic), numbers);
    check(faults.length === 0, `results of ${numbers} numbers: ${faults.join("; ")}`);
  }

  #checkFates({ stdout }: ProgramResult, expected: Readonly<Record<string, string>>): void {
    const { state } = JSON.parse(stdout) as { readonly state: readonly { readonly operator: string; readonly fate: string }[] };
    const fates = Object.fromEntries(state.map(({ operator, fate }) => [operator, fate]));
    for (const [operator, fate] of Object.entries(expected))
      check(fates[operator] === fate, `state of ${operator} is ${fates[operator] ?? "not told"} where it is ${fate}: ${stdout}`);
  }

  /** What was asked for has stopped nothing. */
  async #checkGoesOn(jobId: string): Promise<void> {
    const { status } = await this.#cluster.client.admin().getJob(COUNTING_JOB);
    check(status?.jobId === jobId && status.state === JobState.RUNNING, `job ${jobId} does not run any more, ${status?.jobId ?? ""} does`);
    const { lastBatchDone } = status;
    await this.#until(jobId, "batches after the dry run", (now) => now.lastBatchDone >= lastBatchDone + BATCHES_BETWEEN);
  }

  async #started({ stdout }: ProgramResult): Promise<string> {
    const { jobId } = JSON.parse(stdout) as { readonly jobId: string };
    const { lastBatchDone } = await this.#until(jobId, `job ${jobId} running`, ({ state }) => state === JobState.RUNNING);
    await this.#until(jobId, `batches of job ${jobId}`, (status) => status.lastBatchDone >= lastBatchDone + BATCHES_BETWEEN);
    return jobId;
  }

  async #until(jobId: string, what: string, holds: (status: JobStatus) => boolean): Promise<JobStatus> {
    const watch = new JobWatch(this.#cluster.client, jobId);
    try {
      return await watch.until(what, { withinMs: WITHIN_MS_MAX }, holds);
    } finally {
      watch.stop();
    }
  }

  async #job(command: "submit" | "upgrade", version: JobVersion, ...more: readonly string[]): Promise<ProgramResult> {
    const result = await this.#cli(command, version, ...more);
    check(result.exit === 0, `job ${command} of ${version.version} ended with ${result.exit}: ${result.stderr}`);
    return result;
  }

  #cli(command: "submit" | "upgrade", version: JobVersion, ...more: readonly string[]): Promise<ProgramResult> {
    const path = writeCountingJob(this.#context.folder, version);
    return runCli(["job", command, path, "--no-check", "--json", "--address", this.#cluster.address, ...more]);
  }
}
