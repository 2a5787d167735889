import type { Client } from "@millrace/client";
import { systemClock } from "@millrace/service-kit";
import { checkNumbers } from "../numbers/check-numbers.ts";
import { NumberWriter } from "../numbers/number-writer.ts";
import { check, type Figures, type ScenarioContext } from "../scenario.ts";
import { type Cluster, type ClusterSize, startCluster } from "../system/cluster.ts";
import { waitFor } from "../system/wait-for.ts";
import { ProgressWatch } from "./progress-watch.ts";

export const TOPIC = "numbers";
export const PARTITIONS = 6;
export const BROKERS = 3;
const REPAIR_MS_MAX = 180_000;

/** What happens to the cluster while numbers are written to it. */
export interface Ordeal {
  /** Of the brokers, beyond their number. */
  readonly size?: Pick<ClusterSize, "brokerArgs" | "place">;
  /** Of the topic, beyond two replicas in sync. */
  readonly configs?: Readonly<Record<string, string>>;
  /** Told which partitions to look at, and for how long they stood still. */
  run(cluster: Cluster, watch: ProgressWatch): Promise<Figures>;
}

/**
 * Three brokers, a coordinator and a standby; numbers are written with acks=all to partitions with three replicas, of which two must be in sync, through an ordeal.
 * Afterwards each partition must hold exactly the numbers, each once and in order, on every replica that is asked to lead.
 */
export async function runReplicatedNumbers(ordeal: Ordeal, { folder, random, say }: ScenarioContext): Promise<Figures> {
  const cluster = await startCluster(folder, { coordinators: 2, brokers: BROKERS, executors: 0, ...ordeal.size });
  try {
    const { client } = cluster;
    await client.admin().createTopic({
      name: TOPIC,
      partitions: PARTITIONS,
      replicationFactor: BROKERS,
      configs: { "min.insync.replicas": "2", ...ordeal.configs },
    });
    await allInSync(client);
    const writer = new NumberWriter(client, { topic: TOPIC, partitions: PARTITIONS }, { clock: systemClock, random });
    await writer.start();
    await waitFor("numbers acknowledged", REPAIR_MS_MAX, () => Promise.resolve(writer.acknowledgedTotal > 1_000 ? true : undefined));
    const watch = new ProgressWatch(() => writer.acknowledged);
    const figures = await ordeal.run(cluster, watch);
    watch.stop();
    await allInSync(client);
    await writer.finish();
    say("writing has ended; reading everything");
    for (let partition = 0; partition < PARTITIONS; partition++)
      await checkNumbers(client, { topic: TOPIC, partition, start: 0, end: writer.acknowledged[partition] ?? 0 });
    return { ...figures, records: writer.acknowledgedTotal, lost: 0, doubled: 0, reordered: 0 };
  } finally {
    await cluster.stop();
  }
}

/** Resolves when every partition has a leader and all replicas in sync. */
export async function allInSync(client: Client, topic: string = TOPIC): Promise<void> {
  await waitFor("all replicas in sync", REPAIR_MS_MAX, async () => {
    const described = await client
      .admin()
      .describeTopic(topic)
      .catch(() => undefined); // a coordinator may be on its way
    if (described === undefined) return undefined;
    const { partitions } = described;
    const isWhole = partitions.every(({ leader, inSyncSet }) => leader !== undefined && inSyncSet.length === BROKERS);
    return isWhole ? true : undefined;
  });
}

/** Index of the broker that leads a partition. */
export async function leaderOf(client: Client, partition: number): Promise<number> {
  const { partitions } = await client.admin().describeTopic(TOPIC);
  const leader = partitions[partition]?.leader;
  check(leader !== undefined, `partition ${partition} has no leader`);
  return leader - 1;
}
