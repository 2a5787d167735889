import { mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { JobState } from "@millrace/contracts";
import { toAppError } from "@millrace/model";
import { childrenOf } from "../system/managed-process.ts";
import { waitFor } from "../system/wait-for.ts";
import { HISTORY, type LiveCluster, LONELY, POISON, SMALL_RECORD_BYTES, SMALL_RECORDS } from "./live-cluster.ts";
import { sendOrders, SteadyOrders } from "./steady-load.ts";
import { ORDERS, SENSORS } from "./watched-jobs.ts";

export interface AlertFault {
  /** Alerts that it must make fire. */
  readonly alerts: readonly string[];
  /** Labels of the alerts that it makes fire: others may fire for a busy machine's sake. */
  readonly of?: Readonly<Record<string, string>>;
  /** Brokers, coordinators or Redis are gone from here on. */
  readonly isTheEnd?: true;
  /** In a few words, for the report. */
  readonly what: string;
  /** Does it; what it returns takes it back, once the alerts fire. */
  inflict(live: LiveCluster): Promise<(() => Promise<void>) | undefined>;
}

const HOUR_MS = 3_600_000;
const LATE_RECORDS = 2_000;
const LAG_RECORDS = 3_000;
const AGE_MS = 10 * 60_000;
const KILLS = 5;
const REFUSED = 5;
const RUNNING_MS_MAX = 180_000;
const THROTTLED_MS = 400;
const LET_RUN_MS = 40;

/** From what hurts one job to what takes away half the cluster; each begins where the one before has left the cluster. */
export const ALERT_FAULTS: readonly AlertFault[] = [
  {
    alerts: ["TooLargeConsumerGroupLag", "ConsumerGroupLateSeconds"],
    of: { consumergroup: "archive" },
    what: `a group stands at offset 0 of ${LAG_RECORDS} records of ten minutes ago`,
    async inflict({ cluster: { client } }) {
      const consumer = client.consumer({ groupId: "archive" });
      await consumer.commit([{ topic: HISTORY, partition: 0, offset: 0 }]);
      await consumer.close();
      await sendOrders(client, { topic: HISTORY, orders: ordersAt(Date.now() - AGE_MS, LAG_RECORDS), timestampMs: Date.now() - AGE_MS });
      return undefined;
    },
  },
  {
    alerts: ["LateRecords"],
    of: { job_name: "revenue" },
    what: `${LATE_RECORDS} orders come an hour late`,
    async inflict({ cluster: { client } }) {
      await sendOrders(client, { topic: ORDERS, orders: ordersAt(Date.now() - HOUR_MS, LATE_RECORDS) });
      return undefined;
    },
  },
  {
    alerts: ["ProduceRequestsFail"],
    of: { topic: SMALL_RECORDS },
    what: "a producer sends records that are larger than their topic takes",
    inflict: sendTooLarge,
  },
  {
    alerts: ["JobFailed"],
    of: { job_name: "poisoned" },
    what: "a job meets a record that it cannot read",
    async inflict(live) {
      await live.startJob("poisoned");
      const producer = live.cluster.client.producer();
      await producer.sendAndWait(POISON, { value: Buffer.from("{") });
      await producer.close();
      return undefined;
    },
  },
  {
    alerts: ["JobRestarting"],
    of: { job_name: "revenue" },
    what: `a worker of a job is killed, ${KILLS} times`,
    inflict: killWorkers,
  },
  {
    alerts: ["CheckpointStale"],
    of: { job_name: "stuck" },
    what: "a sink never answers, so that no checkpoint is made",
    async inflict(live) {
      const job = await live.startJob("stuck");
      return () => stopJob(live, job.last?.jobId ?? "");
    },
  },
  {
    alerts: ["JobBehind"],
    of: { job_name: "sleepy" },
    what: "a sink takes half of what comes",
    async inflict(live) {
      const job = await live.startJob("sleepy");
      return () => stopJob(live, job.last?.jobId ?? "");
    },
  },
  {
    alerts: ["WatermarkStalled"],
    of: { job_name: "stalled" },
    what: "one of two partitions of a source gets no more records",
    inflict: silencePartition,
  },
  {
    alerts: ["EventLoopBlocked"],
    what: `a broker is stopped for ${THROTTLED_MS} of every ${THROTTLED_MS + LET_RUN_MS} ms, as by a quota of CPU time`,
    inflict: throttleBroker,
  },
  {
    isTheEnd: true,
    alerts: ["ScrapeProblem", "OfflinePartitions", "UnderReplicatedPartitions"],
    what: "broker 3 is killed",
    async inflict({ cluster: { brokers } }) {
      await brokers[2]?.process.kill();
      return undefined;
    },
  },
  {
    alerts: ["OfflineLogDirectoryCount"],
    what: "the file of a log of broker 3 cannot be read when it starts again",
    inflict: spoilLog,
  },
  {
    alerts: ["UnderMinIsrPartitionCount"],
    what: "brokers 2 and 3 are killed: one replica is left where two are asked for",
    async inflict({ cluster: { brokers } }) {
      await Promise.all(brokers.slice(1).map(({ process }) => process.kill()));
      return undefined;
    },
  },
  {
    alerts: ["RedisDown"],
    what: "Redis is killed",
    async inflict({ cluster: { redis } }) {
      await redis.process.kill();
      return async () => {
        await redis.process.start();
      };
    },
  },
  {
    alerts: ["AbnormalControllerState"],
    what: "both coordinators are killed",
    async inflict({ cluster: { coordinators } }) {
      await Promise.all(coordinators.map(({ process }) => process.kill()));
      return undefined;
    },
  },
];

function ordersAt(at: number, count: number): { shop: string; amount: number; at: number }[] {
  return Array.from({ length: count }, (_, index) => ({ shop: `shop-${index % 20}`, amount: 1, at }));
}

async function sendTooLarge({ cluster: { client } }: LiveCluster): Promise<undefined> {
  const producer = client.producer();
  for (let record = 0; record < REFUSED; record++) {
    await producer.sendAndWait(SMALL_RECORDS, { value: Buffer.alloc(2 * SMALL_RECORD_BYTES, record) }).then(
      () => {
        throw new Error("a record that is too large was taken");
      },
      (error: unknown) => {
        if (toAppError(error).code !== "record-too-large") throw error;
      },
    );
  }
  await producer.close({ discard: true });
  return undefined;
}

async function stopJob({ cluster: { client } }: LiveCluster, jobId: string): Promise<void> {
  await client.admin().stopJob(jobId);
}

async function killWorkers({ cluster: { executors }, revenue }: LiveCluster): Promise<undefined> {
  const before = revenue.last?.restarts ?? 0;
  for (let kill = 1; kill <= KILLS; kill++) {
    const [pid] = executors.flatMap(({ process: executor }) => childrenOf(executor.pid));
    if (pid === undefined) throw new Error("no executor has a worker");
    process.kill(pid, "SIGKILL");
    await revenue.until(`restart ${kill}`, { withinMs: RUNNING_MS_MAX }, ({ state, restarts }) => {
      return state === JobState.RUNNING && restarts >= before + kill;
    });
  }
  return undefined;
}

async function silencePartition(live: LiveCluster): Promise<() => Promise<void>> {
  const { client } = live.cluster;
  const job = await live.startJob("stalled");
  const flowing = await SteadyOrders.start(client, { topic: SENSORS, partition: 0, perSecond: 20 });
  const producer = client.producer();
  await producer.sendAndWait(SENSORS, { partition: 1, value: Buffer.from(JSON.stringify(ordersAt(Date.now(), 1)[0])) });
  await producer.close();
  return async () => {
    await flowing.stop();
    await stopJob(live, job.last?.jobId ?? "");
  };
}

async function throttleBroker({ cluster: { brokers } }: LiveCluster): Promise<() => Promise<void>> {
  const broker = brokers[0]?.process;
  const over = new AbortController();
  const running = (async () => {
    while (!over.signal.aborted) {
      broker?.pause();
      await delay(THROTTLED_MS);
      broker?.resume();
      await delay(LET_RUN_MS);
    }
  })();
  await Promise.resolve();
  return async () => {
    over.abort();
    await running;
  };
}

/** The newest segment of its only copy of a partition becomes a folder; it is put back once the alert fires. */
async function spoilLog({ cluster: { brokers, client }, folder }: LiveCluster): Promise<() => Promise<void>> {
  const { topicId, partitions } = await client.admin().describeTopic(LONELY);
  const { partition } = partitions.find(({ replicas }) => replicas.includes(3)) ?? { partition: -1 };
  const logs = join(folder, "broker-3", `${topicId}-${partition}`);
  const log = readdirSync(logs).find((name) => name.endsWith(".log"));
  if (log === undefined) throw new Error(`no log in ${logs}`);
  const [path, aside] = [join(logs, log), join(folder, "aside.log")];
  renameSync(path, aside);
  mkdirSync(path);
  writeFileSync(join(path, "nothing"), "");
  const broker = brokers[2]?.process;
  broker?.launch();
  await waitFor("broker 3 is up again", RUNNING_MS_MAX, () =>
    broker?.log().includes("partition log cannot be opened") === true ? true : undefined,
  );
  return async () => {
    await broker?.kill();
    renameSync(path, `${aside}.folder`);
    renameSync(aside, path);
    await broker?.start();
  };
}
