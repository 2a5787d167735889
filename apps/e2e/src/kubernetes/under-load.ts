import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "@millrace/service-kit";
import { checkNumbers } from "../numbers/check-numbers.ts";
import { NumberWriter } from "../numbers/number-writer.ts";
import { ProgressWatch } from "../replicated/progress-watch.ts";
import { check, type Figures } from "../scenario.ts";
import { waitFor } from "../system/wait-for.ts";
import { connectFromOutside } from "./outside.ts";
import type { StepContext } from "./steps.ts";

const PARTITIONS = 6;
const REPLICAS = 3;
const BEGIN_MS_MAX = 120_000;
const REPAIR_MS_MAX = 300_000;
/** After the ordeal: what it broke may show only when the next request meets it. */
const AFTERMATH_MS = 3_000;
const PAUSE_MS_GOAL = 5_000;

/**
 * Numbers are written from outside with acks=all to partitions with three replicas while something happens; afterwards each partition must hold exactly the
 * numbers, each once and in order, and no write may have failed. Says for how long a partition stood still at most.
 */
export async function underLoad(
  name: string,
  { kubernetes, random, say }: StepContext,
  ordeal: (topic: string) => Promise<void>,
): Promise<Figures> {
  const topic = `${name}-${random.integer(2 ** 31)}`; // With --reuse that of an earlier run is there, too.
  const { client, close } = await connectFromOutside(kubernetes);
  try {
    const configs = { "min.insync.replicas": "2" };
    await client.admin().createTopic({ name: topic, partitions: PARTITIONS, replicationFactor: REPLICAS, configs });
    const inSync = async (): Promise<true | undefined> => {
      const { partitions } = await client.admin().describeTopic(topic);
      return partitions.every(({ leader, inSyncSet }) => leader !== undefined && inSyncSet.length === REPLICAS) ? true : undefined;
    };
    await waitFor("all replicas in sync", REPAIR_MS_MAX, inSync);
    const writer = new NumberWriter(client, { topic, partitions: PARTITIONS }, { clock: systemClock, random });
    await writer.start();
    await waitFor("numbers acknowledged", BEGIN_MS_MAX, () => (writer.acknowledgedTotal > 1_000 ? true : undefined));
    const watch = new ProgressWatch(() => writer.acknowledged);
    await delay(AFTERMATH_MS); // without anything: what a pause is on this machine
    const quietMs = Math.round(Math.max(...watch.longestMs));
    watch.reset();
    await ordeal(topic);
    await delay(AFTERMATH_MS);
    const { worst } = watch;
    const pauseMs = Math.round(worst.ms);
    watch.stop();
    await waitFor("all replicas in sync again", REPAIR_MS_MAX, inSync);
    await writer.finish();
    for (let partition = 0; partition < PARTITIONS; partition++)
      await checkNumbers(client, { topic, partition, start: 0, end: writer.acknowledged[partition] ?? 0 });
    check(writer.acknowledgedTotal > 1_000, "hardly anything was written");
    say(
      `${writer.acknowledgedTotal} records, each once and in order; worst pause ${pauseMs} ms, of partition ${worst.partition} from ${worst.since.toISOString()} (quiet: ${quietMs} ms, goal ${PAUSE_MS_GOAL} ms)`,
    );
    return { records: writer.acknowledgedTotal, worstPauseMs: pauseMs, quietPauseMs: quietMs, lost: 0, doubled: 0, failedWrites: 0 };
  } finally {
    await close();
  }
}
