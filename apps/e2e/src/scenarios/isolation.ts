import { JobState } from "@millrace/contracts";
import { JobWatch } from "../flights/job-watch.ts";
import { BAD_JOBS, BAD_OFFSET, type BadJob, inputOf, writeBadJob } from "../isolation/bad-jobs.ts";
import { COUNTING_JOB, writeCountingJob } from "../rescale/counting-job.ts";
import { OutputWatch } from "../rescale/output-watch.ts";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import { findFaults } from "../sinks/check-results.ts";
import { INPUT_PARTITIONS, NumberSource } from "../sinks/number-source.ts";
import { readResults } from "../sinks/read-outputs.ts";
import { SINKS } from "../sinks/sinks-job.ts";
import { type Cluster, startCluster } from "../system/cluster.ts";
import { submitJob } from "../system/submit-job.ts";

const RECORDS = 100;
/** Small, so that the scenario is short: a job fails at the third attempt of its batch. */
const EXECUTOR_ARGS = ["--worker-silence-ms", "4000", "--worker-heap-mb", "256"];
const FAILED_MS_MAX = 120_000;
const WITHIN_MS = 60_000;
/** The good job's readers wait at most so long, beside workers that fill two cores. */
const SILENT_MS_MAX = 10_000;

/** Acceptance 7 of the streams: what one job's user code does harms nobody else, and is named. */
export const isolation: Scenario = {
  name: "isolation",
  what: "a poisoned record, a throwing function, an endless loop and exhausted memory, each in a job beside a good one: each is named by operator and record, the good one goes on",
  run: async (context) => {
    const cluster = await startCluster(context.folder, { coordinators: 1, brokers: 1, executors: 1, executorArgs: EXECUTOR_ARGS });
    try {
      return await besideBadJobs(cluster, context);
    } finally {
      await cluster.stop();
    }
  },
};

async function besideBadJobs(cluster: Cluster, context: ScenarioContext): Promise<Figures> {
  const { client } = cluster;
  for (const name of [SINKS.input, SINKS.topic]) await client.admin().createTopic({ name, partitions: INPUT_PARTITIONS });
  const source = new NumberSource(client);
  source.start();
  const good = await submit(cluster, writeCountingJob(context.folder, { version: "good" }));
  await good.until("the good job", { withinMs: WITHIN_MS }, ({ state, lastBatchDone }) => state === JobState.RUNNING && lastBatchDone > 5n);
  const output = new OutputWatch(client, SINKS.topic);
  output.start();
  const figures: Record<string, number> = {};
  for (const bad of BAD_JOBS) figures[`${bad.name}Ms`] = await fails(bad, cluster, context);
  const silentMs = output.takeLongestPause();
  await output.stop();
  check(silentMs <= SILENT_MS_MAX, `readers of the good job heard nothing for ${silentMs} ms`);
  const numbers = await source.stop();
  await good.until("all numbers", { withinMs: WITHIN_MS }, ({ recordsIn }) => Number(recordsIn) >= numbers);
  const restarts = good.last?.restarts ?? 0;
  check(restarts === 0, `the good job was restarted ${restarts} times: ${good.last?.error?.message ?? ""}`);
  await client.admin().stopJob(COUNTING_JOB, { drain: true });
  await good.until("the end of the good job", { withinMs: WITHIN_MS }, ({ state }) => state === JobState.STOPPED);
  good.stop();
  const faults = findFaults(await readResults(client, SINKS.topic), numbers);
  check(faults.length === 0, `results of ${numbers} numbers: ${faults.join("; ")}`);
  return { numbers, silentMs, ...figures };
}

/** Milliseconds until the job has failed, with operator and record named. */
async function fails(bad: BadJob, cluster: Cluster, { folder, say }: ScenarioContext): Promise<number> {
  const { client } = cluster;
  const topic = inputOf(bad);
  for (const name of [topic, `${bad.name}-out`]) await client.admin().createTopic({ name, partitions: 1 });
  const watch = await submit(cluster, writeBadJob(folder, bad));
  await watch.until("the start of the job", { withinMs: WITHIN_MS }, ({ state }) => state === JobState.RUNNING);
  const startMs = performance.now();
  const producer = client.producer({ idempotent: true });
  await producer.open([topic]);
  for (let id = 0; id < RECORDS; id++)
    producer.send(topic, { value: new TextEncoder().encode(id === BAD_OFFSET ? bad.record : String(id)), partition: 0 });
  await producer.close();
  const { error } = await watch.until(`${bad.name} fails`, { withinMs: FAILED_MS_MAX }, ({ state }) => state === JobState.FAILED);
  watch.stop();
  const tookMs = Math.round(performance.now() - startMs);
  const { code, message } = error ?? { code: "", message: "" };
  const context: Readonly<Record<string, string>> = error?.context ?? {};
  const said = `${code}: ${message} ${JSON.stringify(context)}`;
  check(code === bad.code, `${bad.name}: the job failed with ${said}, not with ${bad.code}`);
  const isNamed = (context["name"] ?? context["operator"]) === bad.operator;
  check(isNamed, `${bad.name}: the operator "${bad.operator}" is not named: ${said}`);
  check(context["position"] === `${topic}-0@${BAD_OFFSET}`, `${bad.name}: the record is not named: ${said}`);
  say(`${bad.name}: failed after ${tookMs} ms with ${said}`);
  return tookMs;
}

async function submit({ client, address }: Cluster, path: string): Promise<JobWatch> {
  return new JobWatch(client, await submitJob(path, address));
}
