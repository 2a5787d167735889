import { setTimeout as delay } from "node:timers/promises";
import type { JobWatch } from "../flights/job-watch.ts";
import type { ScenarioContext } from "../scenario.ts";
import type { Cluster } from "../system/cluster.ts";
import { killSomeone } from "./kill-someone.ts";

const PROGRESS_MS_MAX = 300_000;
const PAUSE_MS_MAX = 1_500;

/** Kills workers, executors and coordinators, one after another, each when the job has got on since the one before. */
export async function killReaders(
  cluster: Cluster,
  watch: JobWatch,
  { kills, context }: { kills: number; context: ScenarioContext },
): Promise<void> {
  await progressOf(watch, 3n);
  for (let kill = 1; kill <= kills; kill++) {
    await delay(context.random.integer(PAUSE_MS_MAX));
    const who = await killSomeone(cluster, context.random);
    await progressOf(watch, 2n);
    context.say(`kill ${kill} of ${kills}: ${who}`);
  }
}

/** Waits for batches that are planned from now on. */
export async function progressOf(watch: JobWatch, batches: bigint): Promise<void> {
  const target = (watch.last?.lastBatchPlanned ?? 0n) + batches;
  await watch.until("progress", { withinMs: PROGRESS_MS_MAX }, (status) => status.lastBatchDone >= target);
}
