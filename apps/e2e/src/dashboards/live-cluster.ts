import { setTimeout as delay } from "node:timers/promises";
import { JobState } from "@millrace/contracts";
import type { Client, Consumer, TopicSpec } from "@millrace/client";
import { assertDefined } from "@millrace/stdx";
import { Probe } from "../abuse/probe.ts";
import { JobWatch } from "../flights/job-watch.ts";
import { type Cluster, startCluster } from "../system/cluster.ts";
import { submitJob } from "../system/submit-job.ts";
import { waitFor } from "../system/wait-for.ts";
import { sendOrders, SteadyOrders } from "./steady-load.ts";
import { ORDERS, SENSORS, type WatchedJob, writeWatchedJob } from "./watched-jobs.ts";

const ORDERS_PER_SECOND = 200;
/** Of the start of a job, on a machine that others use, too. */
const WITHIN_MS = 180_000;
const ENDS_MS_MAX = 5_000;
/** Of one replica per partition: what a broker's death takes away. */
export const LONELY = "one-copy";
export const HISTORY = "history";
export const POISON = "poison";
/** Takes no larger ones. */
export const SMALL_RECORDS = "small-records";
export const SMALL_RECORD_BYTES = 1_000;
const OF_KAFKA_CLIENTS = "of-kafka-clients";

type ServedTopic = TopicSpec & { readonly partitions: number };

const safe = { replicationFactor: 3, configs: { "min.insync.replicas": "2" } };
const TOPICS: readonly ServedTopic[] = [
  { name: ORDERS, partitions: 3, ...safe },
  { name: "revenue", partitions: 2, ...safe },
  { name: "stalled-sums", partitions: 1, ...safe },
  { name: SENSORS, partitions: 2, ...safe },
  { name: HISTORY, partitions: 1, ...safe },
  { name: POISON, partitions: 1, ...safe },
  { name: OF_KAFKA_CLIENTS, partitions: 1, ...safe },
  { name: SMALL_RECORDS, partitions: 1, ...safe, configs: { "max.message.bytes": String(SMALL_RECORD_BYTES) } },
  { name: LONELY, partitions: 3, replicationFactor: 1 },
];

/** A cluster in which something happens: producers of both protocols, a group, a job. */
export class LiveCluster {
  readonly cluster: Cluster;
  readonly folder: string;
  #revenue: JobWatch | undefined;
  readonly #ends: (() => Promise<void>)[] = [];

  private constructor(cluster: Cluster, folder: string) {
    this.cluster = cluster;
    this.folder = folder;
  }

  static async start(folder: string): Promise<LiveCluster> {
    const cluster = await startCluster(folder, { coordinators: 2, brokers: 3, executors: 2 });
    const live = new LiveCluster(cluster, folder);
    try {
      await live.#fill();
    } catch (error) {
      await live.stop();
      throw error;
    }
    return live;
  }

  /** host:port of every process' administration. */
  get adminAddresses(): readonly string[] {
    const { coordinators, brokers, executors } = this.cluster;
    return [...coordinators, ...brokers, ...executors].map(({ adminAddress }) => adminAddress);
  }

  /** The job that is well. */
  get revenue(): JobWatch {
    return assertDefined(this.#revenue, "the job has been started");
  }

  /** Submits the job; resolves with a watch of it when it runs. */
  async startJob(name: WatchedJob): Promise<JobWatch> {
    const jobId = await submitJob(writeWatchedJob(this.folder, name), this.cluster.address);
    const watch = new JobWatch(this.cluster.client, jobId);
    this.#ends.push(() => {
      watch.stop();
      return Promise.resolve();
    });
    await watch.until(`the start of ${name}`, { withinMs: WITHIN_MS }, ({ state }) => state === JobState.RUNNING);
    return watch;
  }

  async stop(): Promise<void> {
    // What they talk to may have been killed: nobody waits for its answer.
    const ends = this.#ends.map((end) => end().catch(() => undefined));
    await Promise.race([Promise.all(ends), delay(ENDS_MS_MAX)]);
    await this.cluster.stop();
  }

  async #fill(): Promise<void> {
    const { client } = this.cluster;
    for (const topic of TOPICS) await client.admin().createTopic(topic);
    for (const topic of TOPICS) await isServed(client, topic);
    const now = { shop: "shop-1", amount: 1, at: Date.now() };
    await sendOrders(client, { topic: LONELY, orders: [now] });
    const orders = await SteadyOrders.start(client, { topic: ORDERS, perSecond: ORDERS_PER_SECOND });
    this.#ends.push(() => orders.stop());
    await this.#kafkaClient();
    this.#group("billing");
    this.#revenue = await this.startJob("revenue");
  }

  async #kafkaClient(): Promise<void> {
    const { client, brokers } = this.cluster;
    const { partitions } = await client.admin().describeTopic(OF_KAFKA_CLIENTS);
    const leader = brokers.find(({ id }) => id === partitions[0]?.leader);
    const probe = await Probe.start(leader?.kafkaAddress ?? "", OF_KAFKA_CLIENTS);
    this.#ends.push(() => probe.stop());
  }

  /** A member that reads the orders and commits. */
  #group(groupId: string): void {
    const consumer = this.cluster.client.consumer({ groupId, offsetReset: "earliest", autoCommitIntervalMs: 1_000 });
    const done = readAll(consumer);
    this.#ends.push(async () => {
      await consumer.close();
      await done;
    });
  }
}

/** Resolves when the leader of every partition answers. */
async function isServed(client: Client, { name, partitions }: ServedTopic): Promise<void> {
  const all = Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition, at: "latest" as const }));
  await waitFor(`leaders of ${name}`, WITHIN_MS, () => client.listOffsets(all));
}

async function readAll(consumer: Consumer): Promise<void> {
  await consumer.subscribe({ topics: [ORDERS] });
  for await (const _ of consumer) await Promise.resolve();
}
