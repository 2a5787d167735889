import { join } from "node:path";
import { JobState } from "@millrace/contracts";
import { JobWatch } from "../flights/job-watch.ts";
import { killReaders, progressOf } from "../rescale/kill-readers.ts";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import { findFaults } from "../sinks/check-results.ts";
import { readResults } from "../sinks/read-outputs.ts";
import type { SinkResult } from "../sinks/sinks-job.ts";
import { FileWriter } from "../sources/file-writer.ts";
import { SOURCES, writeSourcesJob } from "../sources/sources-job.ts";
import { WebhookSender } from "../sources/webhook-sender.ts";
import { type Cluster, startCluster } from "../system/cluster.ts";
import { freePort } from "../system/free-port.ts";
import { submitJob } from "../system/submit-job.ts";

const KILLS_DEFAULT = 8;
const PROGRESS_MS_MAX = 300_000;

/** Acceptance 3 of the streams, at the other end: sources that are no topics are exactly once, however often those who read them are killed. */
export const sources: Scenario = {
  name: "sources",
  what: "a folder in which files appear, a rate generator and a webhook; workers, executors, coordinators killed: each line and row once, and all that was acknowledged",
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
  for (const name of [SOURCES.lines, SOURCES.rows, SOURCES.sent, SOURCES.hooks]) await client.admin().createTopic({ name, partitions: 2 });
  const watched = join(context.folder, "watched");
  const port = await freePort();
  const writer = new FileWriter(watched);
  const sender = new WebhookSender(`http://127.0.0.1:${port}/numbers`);
  await writer.start();
  sender.start();
  try {
    const watch = new JobWatch(client, await submitJob(writeSourcesJob(context.folder, { watched, port }), cluster.address));
    return await runJob(cluster, { watch, writer, sender }, context);
  } finally {
    writer.end();
    sender.end();
  }
}

interface Parts {
  readonly watch: JobWatch;
  readonly writer: FileWriter;
  readonly sender: WebhookSender;
}

async function runJob(cluster: Cluster, { watch, writer, sender }: Parts, context: ScenarioContext): Promise<Figures> {
  const { client } = cluster;
  const killed = await killAll(cluster, watch, context);
  const lines = await writer.stop();
  const attempts = await sender.stop();
  await progressOf(watch, 3n); // One that is planned from now on sees the last file.
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
  const repeated = checkSent(await readResults(client, SOURCES.hooks), attempts);
  context.say(`webhook: ${attempts.length} numbers acknowledged, each there; ${repeated} twice, whose first answer was lost`);
  check(rows >= SOURCES.rowsPerSecond, `the rate source made ${rows} rows only`);
  return { files: writer.files, lines, rows, sent: attempts.length, repeated, ...killed };
}

/** What was acknowledged is there, and not more often than it was sent. */
function checkSent(results: readonly SinkResult[], attempts: readonly number[]): number {
  const times = new Uint32Array(attempts.length);
  for (const { id } of results) times[id] = (times[id] ?? 0) + 1;
  const lost = attempts.filter((_, id) => times[id] === 0).length;
  const tooOften = attempts.filter((sent, id) => (times[id] ?? 0) > sent).length;
  check(lost === 0, `webhook: ${lost} of ${attempts.length} acknowledged numbers are missing`);
  check(tooOften === 0, `webhook: ${tooOften} numbers are there more often than they were sent`);
  return results.length - attempts.length;
}

async function killAll(cluster: Cluster, watch: JobWatch, context: ScenarioContext): Promise<Figures> {
  const kills = context.flags.kills ?? KILLS_DEFAULT;
  await killReaders(cluster, watch, { kills, context });
  return { kills, restarts: watch.last?.restarts ?? 0 };
}
