import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { JobState } from "@millrace/contracts";
import { JobWatch } from "../flights/job-watch.ts";
import { killSomeone } from "../rescale/kill-someone.ts";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import { findFaults } from "../sinks/check-results.ts";
import { readResults } from "../sinks/read-outputs.ts";
import { FileWriter } from "../sources/file-writer.ts";
import { SOURCES, writeSourcesJob } from "../sources/sources-job.ts";
import { type Cluster, startCluster } from "../system/cluster.ts";
import { submitJob } from "../system/submit-job.ts";

const KILLS_DEFAULT = 8;
const PROGRESS_MS_MAX = 300_000;
const PAUSE_MS_MAX = 1_500;

/** Acceptance 3 of the streams, at the other end: sources that are no topics are exactly once, however often those who read them are killed. */
export const sources: Scenario = {
  name: "sources",
  what: "a folder in which files appear and a rate generator, with state behind them; workers, executors, coordinators killed: each line and each row once",
  run: async (context) => {
    const cluster = await startCluster(context.folder, { coordinators: 2, brokers: 1, executors: 2 });
    try {
      return await runSources(cluster, context);
    } finally {
      await cluster.stop();
    }
  },
};

async function runSources(cluster: Cluster, context: ScenarioContext): Promise<Figures> {
  const { client } = cluster;
  for (const name of [SOURCES.lines, SOURCES.rows]) await client.admin().createTopic({ name, partitions: 2 });
  const watched = join(context.folder, "watched");
  const writer = new FileWriter(watched);
  await writer.start();
  const watch = new JobWatch(client, await submitJob(writeSourcesJob(context.folder, watched), cluster.address));
  const killed = await killAll(cluster, watch, context);
  const lines = await writer.stop();
  await progress(watch, 3n); // One that is planned from now on sees the last file.
  const jobId = watch.last?.jobId ?? "";
  await client.admin().stopJob(jobId, { drain: true });
  await watch.until("the end of the job", { withinMs: PROGRESS_MS_MAX }, ({ state }) => state === JobState.STOPPED);
  watch.stop();
  const fromLines = await readResults(client, SOURCES.lines);
  const fromRows = await readResults(client, SOURCES.rows);
  const rows = fromRows.reduce((most, { id }) => Math.max(most, id + 1), 0);
  for (const [name, results, count] of [["lines", fromLines, lines] as const, ["rows", fromRows, rows] as const]) {
    const faults = findFaults(results, count);
    check(faults.length === 0, `${count} ${name}: ${faults.join("; ")}`);
    context.say(`${name}: ${results.length} results, each once, in order, state exact`);
  }
  check(rows >= SOURCES.rowsPerSecond, `the rate source made ${rows} rows only`);
  return { files: writer.files, lines, rows, ...killed };
}

async function killAll(cluster: Cluster, watch: JobWatch, { flags, random, say }: ScenarioContext): Promise<Figures> {
  const kills = flags.kills ?? KILLS_DEFAULT;
  await progress(watch, 3n);
  for (let kill = 1; kill <= kills; kill++) {
    await delay(random.integer(PAUSE_MS_MAX));
    const who = await killSomeone(cluster, random);
    await progress(watch, 2n);
    say(`kill ${kill} of ${kills}: ${who}`);
  }
  return { kills, restarts: watch.last?.restarts ?? 0 };
}

/** Waits for batches that are planned from now on. */
async function progress(watch: JobWatch, batches: bigint): Promise<void> {
  const target = (watch.last?.lastBatchPlanned ?? 0n) + batches;
  await watch.until("progress", { withinMs: PROGRESS_MS_MAX }, (status) => status.lastBatchDone >= target);
}
