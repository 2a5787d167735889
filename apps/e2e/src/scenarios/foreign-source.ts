import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "@millrace/client";
import { JobState } from "@millrace/contracts";
import { JobWatch } from "../flights/job-watch.ts";
import { killReaders, progressOf } from "../rescale/kill-readers.ts";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import { findFaults } from "../sinks/check-results.ts";
import { INPUT_PARTITIONS, NumberSource } from "../sinks/number-source.ts";
import { readResults } from "../sinks/read-outputs.ts";
import { readForeignRange, readWholeRange } from "../sources/read-foreign-range.ts";
import { FOREIGN, writeForeignJob } from "../sources/foreign-job.ts";
import { type Cluster, startCluster } from "../system/cluster.ts";
import { connectClient } from "../system/cluster-client.ts";
import { createDevProcess } from "../system/dev-process.ts";
import { submitJob } from "../system/submit-job.ts";

const KILLS_DEFAULT = 8;
const PROGRESS_MS_MAX = 300_000;
/** A partition that the job did not know is found within 5 s. */
const FOUND_WITHIN_MS = 8_000;

/** Another Kafka cluster as source, exactly once: topics by pattern, aborted transactions among the records, a topic that comes later, and those who read killed. */
export const foreignSource: Scenario = {
  name: "foreign-source",
  what: "topics of another Kafka cluster by pattern, one of them made while the job runs, aborted transactions between; workers, executors, coordinators killed: each record once, also in a batch run by hand",
  run: async (context) => {
    const cluster = await startCluster(context.folder, { coordinators: 2, brokers: 1, executors: 2 });
    const folder = join(context.folder, "other-cluster");
    mkdirSync(folder);
    const other = await createDevProcess(folder);
    await other.process.start();
    const foreign = connectClient([other.address]);
    try {
      return await readForeign(cluster, { foreign: foreign.client, kafkaAddress: other.kafkaAddress }, context);
    } finally {
      await foreign.close();
      await other.process.stop();
      await cluster.stop();
    }
  },
};

async function readForeign(cluster: Cluster, other: { foreign: Client; kafkaAddress: string }, context: ScenarioContext): Promise<Figures> {
  const { client } = cluster;
  const { foreign } = other;
  const [early, late] = FOREIGN;
  for (const { output } of FOREIGN) await client.admin().createTopic({ name: output, partitions: 2 });
  await foreign.admin().createTopic({ name: early.input, partitions: INPUT_PARTITIONS });
  const first = new NumberSource(foreign, early.input);
  first.start();
  const noise = new AbortController();
  const aborted = abortNow(foreign, early.input, noise.signal);
  const watch = new JobWatch(client, await submitJob(writeForeignJob(context.folder, other.kafkaAddress), cluster.address));
  const before = await killHalf(cluster, watch, context);
  const byHand = await readForeignRange(other.kafkaAddress, early.input);
  context.say(`${early.input}: ${byHand} records read by hand while it grows, twice the same, and by offsets`);
  await foreign.admin().createTopic({ name: late.input, partitions: INPUT_PARTITIONS });
  const second = new NumberSource(foreign, late.input);
  second.start();
  await delay(FOUND_WITHIN_MS);
  const after = await killHalf(cluster, watch, context);
  noise.abort();
  const counts = [await first.stop(), await second.stop()];
  await aborted;
  await readWholeRange(other.kafkaAddress, [
    { input: early.input, count: counts[0] ?? 0 },
    { input: late.input, count: counts[1] ?? 0 },
  ]);
  await delay(FOUND_WITHIN_MS); // A worker that was started just now looks again.
  await progressOf(watch, 3n); // One that is planned from now on sees the last record.
  await client.admin().stopJob(watch.last?.jobId ?? "", { drain: true });
  await watch.until("the end of the job", { withinMs: PROGRESS_MS_MAX }, ({ state }) => state === JobState.STOPPED);
  watch.stop();
  for (const [index, { input, output }] of FOREIGN.entries()) {
    const results = await readResults(client, output);
    const faults = findFaults(results, counts[index] ?? 0);
    check(faults.length === 0, `${counts[index]} records of ${input}: ${faults.join("; ")}`);
    context.say(`${input}: ${results.length} results, each once, in order, state exact`);
  }
  return {
    early: counts[0] ?? 0,
    late: counts[1] ?? 0,
    abortedTransactions: await aborted,
    kills: before + after,
    readByHand: byHand,
    restarts: watch.last?.restarts ?? 0,
  };
}

/** Transactions that never count, among records that do; resolves with how many. */
async function abortNow(client: Client, topic: string, signal: AbortSignal): Promise<number> {
  const producer = client.producer({ transactionalId: "noise", idempotent: true });
  await producer.open([topic]);
  let count = 0;
  for (; !signal.aborted; count++) {
    producer.beginTransaction();
    for (let partition = 0; partition < INPUT_PARTITIONS; partition++)
      producer.send(topic, { value: new TextEncoder().encode("-1"), partition });
    await producer.flush();
    await delay(300);
    await producer.abortTransaction();
  }
  await producer.close();
  return count;
}

async function killHalf(cluster: Cluster, watch: JobWatch, context: ScenarioContext): Promise<number> {
  const kills = Math.ceil((context.flags.kills ?? KILLS_DEFAULT) / FOREIGN.length);
  await killReaders(cluster, watch, { kills, context });
  return kills;
}
