import { setTimeout as delay } from "node:timers/promises";
import { JobState } from "@millrace/contracts";
import { JobWatch } from "../flights/job-watch.ts";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import { MemoryWatch } from "../slow-sink/memory-watch.ts";
import { SINK_RATE, SLOW_INPUT, writeSlowJob } from "../slow-sink/slow-job.ts";
import { type Cluster, startCluster } from "../system/cluster.ts";
import { runCli } from "../system/run-cli.ts";
import { submitJob } from "../system/submit-job.ts";

const MINUTES_DEFAULT = 2;
const PARTITIONS = 4;
/** The input comes ten times as fast as the sink takes it. */
const INPUT_RATE = 10 * SINK_RATE;
const STEP_MS = 100;
const TEXT = "x".repeat(80);
const WITHIN_MS = 60_000;
/** Late over early memory, at most; and what a heap that has not been collected may differ. */
const GROWTH_MAX = 1.15;
const SLACK_MB = 40;
/** Of what was sent; the group is a second behind, and a batch is being worked on. */
const LAG_SHARE_MIN = 0.8;

/** Acceptance 7 of the streams: back-pressure ends in the source, where it can be seen. */
export const slowSink: Scenario = {
  name: "slow-sink",
  what: "a sink ten times slower than its input for --minutes: memory of executor and broker stays flat, the lag is in the source alone and shows in the job's consumer group",
  run: async (context) => {
    const cluster = await startCluster(context.folder, { coordinators: 1, brokers: 1, executors: 1 });
    try {
      return await overload(cluster, context);
    } finally {
      await cluster.stop();
    }
  },
};

async function overload(cluster: Cluster, context: ScenarioContext): Promise<Figures> {
  const { client, executors, brokers } = cluster;
  const minutes = context.flags.minutes ?? MINUTES_DEFAULT;
  await client.admin().createTopic({ name: SLOW_INPUT, partitions: PARTITIONS });
  const jobId = await submitJob(writeSlowJob(context.folder), cluster.address);
  const watch = new JobWatch(client, jobId);
  await watch.until("the start of the job", { withinMs: WITHIN_MS }, ({ state }) => state === JobState.RUNNING);
  const memory = {
    executor: new MemoryWatch(executors[0]?.process.pid ?? 0),
    broker: new MemoryWatch(brokers[0]?.process.pid ?? 0),
  };
  const sent = await send(cluster, minutes * 60_000, context);
  for (const each of Object.values(memory)) each.stop();
  const { recordsIn, restarts, lagRecords } = watch.last ?? { recordsIn: 0n, restarts: -1, lagRecords: 0n };
  const done = Number(recordsIn);
  const groupLag = await lagOfGroup(jobId, cluster);
  watch.stop();
  check(restarts === 0, `the job was restarted ${restarts} times`);
  check(done > 0 && done < sent / 5, `the sink took ${done} of ${sent} records: it was not ten times too slow`);
  check(groupLag >= LAG_SHARE_MIN * (sent - done), `the lag of the group is ${groupLag}, and ${sent - done} records are not done`);
  check(
    Number(lagRecords) >= LAG_SHARE_MIN * (sent - done),
    `the job tells a lag of ${lagRecords}, and ${sent - done} records are not done`,
  );
  const figures: Record<string, number> = { sent, done, groupLag, jobLag: Number(lagRecords) };
  for (const [who, { growth }] of Object.entries(memory)) {
    const { earlyMb, lateMb } = growth;
    check(lateMb <= earlyMb * GROWTH_MAX + SLACK_MB, `memory of the ${who} grew from ${earlyMb} to ${lateMb} MB`);
    Object.assign(figures, { [`${who}EarlyMb`]: earlyMb, [`${who}LateMb`]: lateMb });
  }
  return figures;
}

/** How many records were acknowledged. */
async function send({ client }: Cluster, forMs: number, { say }: ScenarioContext): Promise<number> {
  const producer = client.producer({ idempotent: true });
  await producer.open([SLOW_INPUT]);
  const startMs = performance.now();
  let sent = 0;
  let saidMs = startMs;
  while (performance.now() - startMs < forMs) {
    const due = Math.floor(((performance.now() - startMs) * INPUT_RATE) / 1_000);
    for (; sent < due; sent++)
      producer.send(SLOW_INPUT, {
        value: new TextEncoder().encode(JSON.stringify({ id: sent, text: TEXT })),
        partition: sent % PARTITIONS,
      });
    await producer.flush();
    await delay(STEP_MS);
    if (performance.now() - saidMs < 30_000) continue;
    saidMs = performance.now();
    say(`${sent} records sent`);
  }
  await producer.close();
  return sent;
}

async function lagOfGroup(jobId: string, { address }: Cluster): Promise<number> {
  const { exit, stdout, stderr } = await runCli(["group", "describe", `millrace-job-${jobId}`, "--json", "--address", address]);
  check(exit === 0, `group describe ended with ${exit}: ${stderr}`);
  return (JSON.parse(stdout) as { readonly lag: number }).lag;
}
