import { setTimeout as delay } from "node:timers/promises";
import { JobState } from "@millrace/contracts";
import { JobWatch } from "../flights/job-watch.ts";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import { findFaults } from "../sinks/check-results.ts";
import { MarkWatch } from "../sinks/mark-watch.ts";
import { INPUT_PARTITIONS, NumberSource } from "../sinks/number-source.ts";
import { readOutputs } from "../sinks/read-outputs.ts";
import { Targets } from "../sinks/sink-places.ts";
import { SINKS, writeSinksJob } from "../sinks/sinks-job.ts";
import { type Cluster, startCluster } from "../system/cluster.ts";
import { childrenOf } from "../system/managed-process.ts";
import { submitJob } from "../system/submit-job.ts";
import { withLatency } from "../system/with-latency.ts";

const KILLS_DEFAULT = 10;
const PROGRESS_MS_MAX = 300_000;
const COMMIT_WAIT_MS = 3_000;
/** Within this after a rescale has begun; it takes about as long. */
const RESCALE_KILL_MS_MAX = 1_500;
/** Of twelve kills: so many of workers between two commits, at any moment, on the way to another number of them, of executors, of coordinators. */
const MIX = [...Array<Kind>(5).fill("between"), "worker", "worker", "rescale", "rescale", "rescale", "executor", "coordinator"] as const;
type Kind = "between" | "worker" | "rescale" | "executor" | "coordinator";

/** Acceptance 3 of the streams: what five kinds of sink hold is exact, however often those who write are killed. */
export const sinks: Scenario = {
  name: "sinks",
  what: "state, two shuffles and five sinks (topic, files, PostgreSQL, foreign Kafka, Redis); workers (also between two commits and during rescales), executors, coordinators killed; all exact",
  run: async (context) => {
    const targets = await Targets.start(context.folder);
    try {
      const cluster = await startCluster(context.folder, { coordinators: 2, brokers: 1, executors: 2 });
      try {
        return await runSinks(cluster, targets, context);
      } finally {
        await cluster.stop();
      }
    } finally {
      await targets.stop();
    }
  },
};

async function runSinks(cluster: Cluster, targets: Targets, context: ScenarioContext): Promise<Figures> {
  for (const [name, partitions] of [
    [SINKS.input, INPUT_PARTITIONS],
    [SINKS.topic, 3],
  ] as const)
    await cluster.client.admin().createTopic({ name, partitions });
  const source = new NumberSource(cluster.client);
  source.start();
  const watch = await submit(cluster, targets, context);
  const killed = await killAll(cluster, { watch, marks: new MarkWatch(targets), context });
  const count = await source.stop();
  await watch.until(
    "all numbers read",
    { withinMs: PROGRESS_MS_MAX },
    (status) => status.state === JobState.RUNNING && status.lagRecords === 0n,
  );
  const jobId = watch.last?.jobId ?? "";
  await cluster.client.admin().stopJob(jobId, { drain: true });
  await watch.until("the end of the job", { withinMs: PROGRESS_MS_MAX }, (status) => status.state === JobState.STOPPED);
  watch.stop();
  for (const [name, results] of await readOutputs(cluster.client, targets)) {
    const faults = findFaults(results, count);
    check(faults.length === 0, `sink ${name} of ${count} numbers: ${faults.join("; ")}`);
    context.say(`${name}: ${results.length} results, each once, state exact`);
  }
  return { numbers: count, ...killed };
}

async function submit(cluster: Cluster, targets: Targets, context: ScenarioContext): Promise<JobWatch> {
  const jobId = await submitJob(withLatency(writeSinksJob(targets.places), context), cluster.address);
  context.say(`job ${jobId} submitted`);
  return new JobWatch(cluster.client, jobId);
}

interface KillParts {
  readonly watch: JobWatch;
  readonly marks: MarkWatch;
  readonly context: ScenarioContext;
}

async function killAll(cluster: Cluster, { watch, marks, context }: KillParts): Promise<Figures> {
  const { flags, random, say } = context;
  const kills = flags.kills ?? KILLS_DEFAULT;
  const counts = { kills, workers: 0, executors: 0, coordinators: 0, betweenCommits: 0, duringRescales: 0 };
  await progress(watch, 3n);
  for (let kill = 1; kill <= kills; kill++) {
    const kind = MIX[random.integer(MIX.length)] ?? "worker";
    if (kind === "between") await marks.nextFileCommit(COMMIT_WAIT_MS);
    else if (kind === "rescale") await beginRescale(cluster, watch);
    await delay(kind === "between" ? 0 : random.integer(kind === "rescale" ? RESCALE_KILL_MS_MAX : 400));
    const isRescaling = watch.last?.rescaling === true;
    const repair = kind === "executor" ? await killExecutor(cluster, random.integer(2)) : await killOther(cluster, kind);
    counts[kind === "executor" ? "executors" : kind === "coordinator" ? "coordinators" : "workers"] += 1;
    const between = (kind === "between" || kind === "worker") && (await marks.isBetween()); // nobody is left who could change it
    if (between) counts.betweenCommits += 1;
    if (isRescaling) counts.duringRescales += 1;
    await repair();
    await progress(watch, 2n);
    say(
      `kill ${kill} of ${kills}: ${kind}${between ? ", between the commits of two sinks" : ""}${isRescaling ? ", while the job was rescaled" : ""}`,
    );
  }
  return counts;
}

/** From one worker to two, or back. */
async function beginRescale(cluster: Cluster, watch: JobWatch): Promise<void> {
  const { jobId } = await watch.until("the job running", { withinMs: PROGRESS_MS_MAX }, ({ state }) => state === JobState.RUNNING);
  const workers = watch.last?.workers === 1 ? 2 : 1;
  await cluster.client.admin().rescaleJob(jobId, workers);
  await watch.until("a rescale under way", { withinMs: PROGRESS_MS_MAX }, (status) => status.rescaling || status.workers === workers);
}

async function killExecutor(cluster: Cluster, index: number): Promise<() => Promise<void>> {
  const victim = cluster.executors[index];
  check(victim !== undefined, "a cluster without executors");
  await victim.process.kill();
  return async () => {
    await victim.process.start();
  };
}

/** A worker of the job, if there is one at this moment, or the coordinator that leads. */
async function killOther(cluster: Cluster, kind: Exclude<Kind, "executor">): Promise<() => Promise<void>> {
  if (kind === "coordinator") {
    const victim = await cluster.activeCoordinator();
    await victim.process.kill();
    return async () => {
      await victim.process.start();
    };
  }
  // All of them at once: then what is between two commits stays so until it can be seen.
  for (const pid of cluster.executors.flatMap((executor) => childrenOf(executor.process.pid))) process.kill(pid, "SIGKILL");
  return () => Promise.resolve();
}

/** Waits for batches that are planned from now on. */
async function progress(watch: JobWatch, batches: bigint): Promise<void> {
  const target = (watch.last?.lastBatchPlanned ?? 0n) + batches;
  await watch.until("progress", { withinMs: PROGRESS_MS_MAX }, (status) => status.lastBatchDone >= target);
}
