import type { JobStatus } from "@millrace/contracts";
import { check } from "../scenario.ts";
import type { Cluster } from "../system/cluster.ts";
import { childrenOf, isAlive } from "../system/managed-process.ts";
import { waitFor } from "../system/wait-for.ts";
import type { JobWatch } from "./job-watch.ts";

/** Something bad, done while the job runs. */
export interface Fault {
  readonly name: string;
  /** Share of the flights that are processed when it happens, at the earliest. */
  readonly atShare: number;
  /** How much later it may happen, as the seed says; below the distance to the next fault. */
  readonly latenessShareMax: number;
  /** From the kill to a batch that was planned after it and is done. */
  readonly progressMsMax: number;
  /** Does it; returns what is to be done when the job goes on again. */
  inflict(cluster: Cluster): Promise<() => Promise<void>>;
}

const PROGRESS_WAIT_MS_MAX = 60_000;
const ORPHANS_MS_MAX = 5_000;
const WORKER_WAIT_MS_MAX = 15_000;

/** A worker process of the job. Between two epochs there may be none for a moment. */
function someWorker(executors: Cluster["executors"]): Promise<number> {
  return waitFor("a worker of the job", WORKER_WAIT_MS_MAX, () => executors.flatMap((executor) => childrenOf(executor.process.pid))[0]);
}

/** Kills an executor with a job's worker; it comes back only after the job went on without it. */
export const executorKilled: Fault = {
  name: "executor",
  atShare: 0.15,
  latenessShareMax: 0.1,
  progressMsMax: 5_000,
  async inflict({ executors }) {
    // After a take-over the job may run on the first executor that came back, until it is spread again.
    const { victim, workers } = await waitFor("an executor that runs a worker of the job", WORKER_WAIT_MS_MAX, () => {
      const running = executors.map((executor) => ({ victim: executor, workers: childrenOf(executor.process.pid) }));
      return running.find((candidate) => candidate.workers.length > 0);
    });
    await victim.process.kill();
    return async () => {
      await waitFor("the end of the killed executor's workers", ORPHANS_MS_MAX, () => (workers.some(isAlive) ? undefined : true));
      await victim.process.start();
    };
  },
};

/** Kills the coordinator that leads; it comes back as the standby. */
export const coordinatorKilled: Fault = {
  name: "coordinator",
  atShare: 0.4,
  latenessShareMax: 0.1,
  progressMsMax: 10_000,
  async inflict(cluster) {
    const victim = await cluster.activeCoordinator();
    await victim.process.kill();
    return async () => {
      await victim.process.start();
    };
  },
};

/** Kills a broker that leads half of all partitions, and starts it again at once. */
export const brokerKilled: Fault = {
  name: "broker",
  atShare: 0.65,
  latenessShareMax: 0.1,
  progressMsMax: 10_000,
  async inflict({ brokers }) {
    const [victim] = brokers;
    check(victim !== undefined, "a cluster without brokers");
    await victim.process.kill();
    victim.process.launch();
    return () => victim.process.ready();
  },
};

/** Kills a worker: its executor lives, and says so. */
export const workerKilled: Fault = {
  name: "worker",
  atShare: 0,
  latenessShareMax: 0.1,
  progressMsMax: 5_000,
  async inflict({ executors }) {
    const victim = await someWorker(executors);
    process.kill(victim, "SIGKILL");
    return () => Promise.resolve();
  },
};

/** Pauses an executor past its session, its workers running on: the writers of its slots must be fenced. */
export const executorPaused: Fault = {
  name: "pausedExecutor",
  atShare: 0,
  latenessShareMax: 0.1,
  progressMsMax: 10_000,
  async inflict({ executors }) {
    const victim = executors.at(-1);
    check(victim !== undefined, "a cluster without executors");
    victim.process.pause();
    return Promise.resolve(() => {
      victim.process.resume();
      return victim.process.ready();
    });
  },
};

/** Pauses an executor's workers, so that they wake up in the middle of a transaction that was ended for them. */
export const workerPaused: Fault = {
  name: "pausedWorker",
  atShare: 0,
  latenessShareMax: 0.1,
  progressMsMax: 30_000,
  async inflict({ executors }) {
    const victim = await someWorker(executors);
    process.kill(victim, "SIGSTOP");
    return () => {
      if (isAlive(victim)) process.kill(victim, "SIGCONT");
      return Promise.resolve();
    };
  },
};

/** Kills Redis and starts it again: what it had acknowledged is on its disk. */
export const redisKilled: Fault = {
  name: "redis",
  atShare: 0,
  latenessShareMax: 0.1,
  progressMsMax: 10_000,
  async inflict({ redis }) {
    await redis.process.kill();
    await redis.process.start();
    return () => Promise.resolve();
  },
};

/** Kills every broker and starts them again. */
export const brokersKilled: Fault = {
  name: "brokers",
  atShare: 0,
  latenessShareMax: 0.1,
  progressMsMax: 15_000,
  async inflict({ brokers }) {
    await Promise.all(brokers.map((broker) => broker.process.kill()));
    for (const broker of brokers) broker.process.launch();
    return async () => {
      await Promise.all(brokers.map((broker) => broker.process.ready()));
    };
  },
};

export interface FaultParts {
  readonly cluster: Cluster;
  readonly watch: JobWatch;
  readonly recordCount: number;
  /** 0 … 1: share of its lateness. */
  readonly lateness: number;
}

/** Waits for the fault's moment, inflicts it, and returns the milliseconds from then to progress. */
export async function inflictFault(fault: Fault, { cluster, watch, recordCount, lateness }: FaultParts): Promise<number> {
  const due = BigInt(Math.round(recordCount * (fault.atShare + lateness * fault.latenessShareMax)));
  await watch.until(`${fault.name}: ${due} flights processed`, { withinMs: 10 * 60_000 }, (status) => status.recordsIn >= due);
  const startMs = performance.now();
  const repair = await fault.inflict(cluster);
  const before: JobStatus | undefined = watch.last;
  check(before !== undefined, "the job was never seen");
  check(before.lagRecords > 0n, `the job was done before the ${fault.name} was killed: more --records are needed`);
  // One more batch may have been planned than was told; beyond that, it was planned afterwards.
  const target = before.lastBatchPlanned + 2n;
  await watch.until(
    `progress after the ${fault.name} was killed`,
    { withinMs: PROGRESS_WAIT_MS_MAX },
    (status) => status.lastBatchDone >= target,
  );
  const progressMs = performance.now() - startMs;
  await repair();
  return Math.round(progressMs);
}
