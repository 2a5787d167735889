import type { Client } from "@millrace/client";
import { JobState } from "@millrace/contracts";
import { ANSWERED, writeAskingJob } from "../answers/asking-job.ts";
import { type AnswersFound, readAnswers } from "../answers/read-answers.ts";
import { JobWatch } from "../flights/job-watch.ts";
import { killReaders } from "../rescale/kill-readers.ts";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import { INPUT_PARTITIONS, NumberSource } from "../sinks/number-source.ts";
import { SINKS } from "../sinks/sinks-job.ts";
import { type Cluster, startCluster } from "../system/cluster.ts";
import { submitJob } from "../system/submit-job.ts";
import { waitFor } from "../system/wait-for.ts";
import { withLatency } from "../system/with-latency.ts";

const KILLS_DEFAULT = 10;
/** No batch is planned without records: the last ones are waited for. */
const ANSWERED_MS_MAX = 120_000;
const ENDS_MS_MAX = 300_000;

/** A job that asks a service, which never answers the same twice, while those who run it are killed: both of its outputs agree on every answer. */
export const answers: Scenario = {
  name: "answers",
  what: "answers of a service that never says the same twice, to two sinks in different tasks; workers, executors, coordinators killed: each once, and both agree",
  run: async (context) => {
    const cluster = await startCluster(context.folder, { coordinators: 2, brokers: 1, executors: 2 });
    try {
      return await ask(cluster, context);
    } finally {
      await cluster.stop();
    }
  },
};

async function ask(cluster: Cluster, context: ScenarioContext): Promise<Figures> {
  const { client } = cluster;
  await client.admin().createTopic({ name: SINKS.input, partitions: INPUT_PARTITIONS });
  for (const name of ANSWERED) await client.admin().createTopic({ name, partitions: 2 });
  const source = new NumberSource(client);
  source.start();
  const watch = new JobWatch(client, await submitJob(withLatency(writeAskingJob(context.folder), context), cluster.address));
  const kills = context.flags.kills ?? KILLS_DEFAULT;
  await killReaders(cluster, watch, { kills, context });
  const count = await source.stop();
  const isAnswered = async () => (await allAnswers(client)).every(({ answers: { size } }) => size >= count) || undefined;
  await waitFor("an answer to each number", ANSWERED_MS_MAX, isAnswered);
  await client.admin().stopJob(watch.last?.jobId ?? "", { drain: true });
  await watch.until("the end of the job", { withinMs: ENDS_MS_MAX }, ({ state }) => state === JobState.STOPPED);
  watch.stop();
  const found = await allAnswers(client);
  for (const [
    index,
    {
      answers: { size },
      records,
    },
  ] of found.entries())
    check(records === count && size === count, `${ANSWERED[index]} has ${records} answers to ${size} of ${count} numbers`);
  const [near, far] = found;
  const differing = [...(near?.answers ?? [])].filter(([id, answer]) => far?.answers.get(id) !== answer);
  check(differing.length === 0, `${differing.length} of ${count} answers differ, the first of them to ${differing[0]?.[0]}`);
  return { numbers: count, differing: differing.length, kills, restarts: watch.last?.restarts ?? 0 };
}

function allAnswers(client: Client): Promise<AnswersFound[]> {
  return Promise.all(ANSWERED.map((topic) => readAnswers(client, topic)));
}
