import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "@millrace/client";
import { COUNTING_JOB, writeCountingJob } from "../rescale/counting-job.ts";
import { check, type Figures } from "../scenario.ts";
import { findFaults } from "../sinks/check-results.ts";
import { INPUT_PARTITIONS, NumberSource } from "../sinks/number-source.ts";
import { readResults } from "../sinks/read-outputs.ts";
import { SINKS } from "../sinks/sinks-job.ts";
import { waitFor } from "../system/wait-for.ts";
import { allReady } from "./install.ts";
import { isReady, type Kubernetes } from "./kubernetes.ts";
import { connectFromOutside } from "./outside.ts";
import { runInCluster } from "./run-in-cluster.ts";
import { CHART, type Step, type StepContext, TEST_VALUES } from "./steps.ts";

const EXECUTORS_MAX = 4;
/** Brokers, coordinators, Redis and the metrics adapter. */
const OTHER_PODS = 3 + 2 + 1 + 1;
/** What one worker does at most in a second; the source sends four times as much. */
const WORKER_RATE = 100;
const RECORDS_PER_EXECUTOR = 1_500;
/** An autoscaler looks every 15 s, and moves in two steps. */
const SCALED_MS_MAX = 8 * 60_000;
const LOOK_MS = 1_000;

/** Executors follow the lag of a job that is too slow for what comes, and leave when it has caught up. */
export const autoscale: Step = {
  name: "autoscale",
  what: "executors 1 → 4 → 1 on the lag of a job, by a HorizontalPodAutoscaler and the metrics adapter; the job stays exact",
  needs: "release",
  async run(context: StepContext) {
    const { kubernetes } = context;
    const { client, close } = await connectFromOutside(kubernetes);
    try {
      for (const name of [SINKS.input, SINKS.topic]) await client.admin().createTopic({ name, partitions: INPUT_PARTITIONS });
      await kubernetes.helm(["upgrade", kubernetes.release, CHART, ...TEST_VALUES, ...scaling(), "--values", slowJob(context.folder)]);
      await allReady(kubernetes, OTHER_PODS + 1);
      context.say("one executor, and the job runs on it");
      return await followLag(client, context).catch(async (error: unknown) => {
        context.say(await kubernetes.kubectl(["describe", "hpa"]).catch(String));
        throw error;
      });
    } finally {
      await close();
      await runInCluster(kubernetes, "stop", ["job", "stop", COUNTING_JOB]).catch(() => undefined); // the first failure is the one to tell
      await kubernetes.helm(["upgrade", kubernetes.release, CHART, ...TEST_VALUES]);
    }
  },
};

function scaling(): readonly string[] {
  const own = {
    enabled: true,
    targetCpuPercent: 0,
    maxReplicas: EXECUTORS_MAX,
    scaleDownStabilisationSeconds: 15,
    "lag.enabled": true,
    "lag.recordsPerExecutor": RECORDS_PER_EXECUTOR,
  };
  return Object.entries(own).flatMap(([name, value]) => ["--set", `executor.autoscaling.${name}=${value}`]);
}

/** Values with the job that counts, and waits so long for each record that a worker does no more than its rate. */
function slowJob(folder: string): string {
  const wait = `(batch.length * 1_000) / ${WORKER_RATE}`;
  const more = `
    let waiting = Promise.resolve();
    results.foreachBatch(async (batch) => {
      waiting = waiting.then(() => new Promise<void>((resolve) => setTimeout(resolve, ${wait})));
      await waiting;
    });`;
  const module = writeCountingJob(folder, { version: "slow", more, maxRecordsPerBatch: 2 * WORKER_RATE });
  const values = join(folder, "slow-job.json");
  writeFileSync(values, JSON.stringify({ jobs: { [COUNTING_JOB]: readFileSync(module, "utf8") } }));
  return values;
}

async function followLag(client: Client, { kubernetes, say }: StepContext): Promise<Figures> {
  const source = new NumberSource(client);
  const startMs = performance.now();
  const seconds = (): number => Math.round((performance.now() - startMs) / 1_000);
  source.start();
  await executors(kubernetes, EXECUTORS_MAX);
  const upSeconds = seconds();
  say(`${EXECUTORS_MAX} executors after ${upSeconds} s`);
  await waitFor(`the job on ${EXECUTORS_MAX} workers`, SCALED_MS_MAX, async () => {
    const status = JSON.parse(await runInCluster(kubernetes, "status", ["job", "status", COUNTING_JOB, "--json"])) as { workers: number };
    return status.workers === EXECUTORS_MAX ? true : undefined;
  });
  say(`the job runs on ${EXECUTORS_MAX} workers`);
  const numbers = await source.stop();
  await executors(kubernetes, 1);
  const downSeconds = seconds();
  say(`${numbers} numbers; one executor again after ${downSeconds} s`);
  const faults = await waitFor("every result", SCALED_MS_MAX, async () => {
    await delay(LOOK_MS);
    const results = await readResults(client, SINKS.topic);
    return results.length >= numbers ? findFaults(results, numbers) : undefined;
  });
  check(faults.length === 0, faults.join("; "));
  return { numbers, upSeconds, downSeconds, lost: 0, doubled: 0 };
}

/** Waits until the autoscaler has made exactly so many, each ready. */
async function executors(kubernetes: Kubernetes, count: number): Promise<void> {
  await waitFor(`${count} executors`, SCALED_MS_MAX, async () => {
    await delay(LOOK_MS);
    const pods = await kubernetes.pods("executor");
    return pods.length === count && pods.every(isReady) ? true : undefined;
  });
}
