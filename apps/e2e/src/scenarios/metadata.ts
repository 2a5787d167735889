import { type RpcTransport, TopicService } from "@millrace/contracts";
import { createRpcTransport } from "@millrace/rpc";
import { SessionBroker } from "../metadata/session-broker.ts";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import { startCluster, type Cluster } from "../system/cluster.ts";
import { cpuSecondsOf, usageOf } from "../system/process-usage.ts";
import { waitFor } from "../system/wait-for.ts";

const BROKERS_DEFAULT = 100;
const PARTITIONS_DEFAULT = 10_000;
const PARTITIONS_PER_TOPIC = 10;
const CREATED_AT_ONCE = 16;
const CHANGES = 200;
const FAILOVER_MS_MAX = 5_000;
const WAIT_MS = 60_000;

/** Acceptance 8 of the reliability issue on real processes: what the simulated measurement (docs/scale.md) leaves out is gRPC, Redis and a heap of the coordinator's own. */
export const metadata: Scenario = {
  name: "metadata",
  what: "100 broker sessions over gRPC on a real coordinator and Redis: 10,000 partitions, cost of a change, a broker that leads a hundredth of them is lost",
  run: async (context) => {
    const cluster = await startCluster(context.folder, { coordinators: 1, brokers: 0, executors: 0 });
    const transport = createRpcTransport();
    try {
      return await measure(cluster, transport, context);
    } finally {
      await transport.close();
      await cluster.stop();
    }
  },
};

interface Parts {
  readonly brokers: readonly SessionBroker[];
  /** Keeps what it hears, for all. */
  readonly witness: SessionBroker;
  /** The one that is lost. */
  readonly lost: SessionBroker;
  /** Makes a topic. */
  readonly create: (name: string) => Promise<unknown>;
  /** Processor time of the coordinator so far. */
  readonly cpuMs: () => number;
}

async function measure(cluster: Cluster, transport: RpcTransport, { flags, say }: ScenarioContext): Promise<Figures> {
  const [coordinator] = cluster.coordinators;
  if (coordinator === undefined) throw new Error("no coordinator");
  const { pid } = coordinator.process;
  const brokers = Array.from(
    { length: flags.brokers ?? BROKERS_DEFAULT },
    (_, index) => new SessionBroker({ brokerId: index + 1, coordinator: coordinator.address, transport, keeps: index === 0 }),
  );
  const [witness, lost] = brokers;
  if (witness === undefined || lost === undefined) throw new Error("two brokers are needed at least");
  for (const broker of brokers) broker.start();
  await waitFor("all brokers live", WAIT_MS, () => liveCount(witness) === brokers.length || undefined);
  const topics = transport.client(TopicService, coordinator.address);
  const create = (name: string) => topics.createTopic({ name, partitions: PARTITIONS_PER_TOPIC, replicationFactor: 3 });
  const parts: Parts = { brokers, witness, lost, create, cpuMs: () => 1_000 * cpuSecondsOf(pid) };
  await grow(parts, (flags.partitions ?? PARTITIONS_DEFAULT) / PARTITIONS_PER_TOPIC);
  say(`${witness.partitions.size} partitions are known to ${brokers.length} brokers`);
  const change = await costOfChanges(parts);
  const failover = await loseBroker(parts);
  const { rssMb, rssPeakMb } = usageOf(pid);
  const figures = {
    ...{ partitions: witness.partitions.size, brokers: brokers.length, ...change, ...failover },
    ...{ coordinatorRssMb: rssMb, coordinatorRssPeakMb: rssPeakMb },
  };
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Math.round(value * 10) / 10]));
}

async function grow({ brokers, witness, create }: Parts, topics: number): Promise<void> {
  for (let index = 0; index < topics; index += CREATED_AT_ONCE)
    await Promise.all(Array.from({ length: Math.min(CREATED_AT_ONCE, topics - index) }, (_, offset) => create(`topic-${index + offset}`)));
  const total = topics * PARTITIONS_PER_TOPIC;
  await waitFor(
    "all partitions told",
    WAIT_MS,
    () => (witness.partitions.size === total && isEverybodyAt(brokers, witness.version)) || undefined,
  );
}

/** Topics that are made one after another. */
async function costOfChanges({ brokers, witness, create, cpuMs }: Parts) {
  for (const broker of brokers) broker.forget();
  const beforeMs = cpuMs();
  const knownMs: number[] = [];
  for (let index = 0; index < CHANGES; index++) {
    const startMs = performance.now();
    const told = witness.partitionsTold + PARTITIONS_PER_TOPIC;
    await create(`one-${index}`);
    await waitFor("the change told to all", WAIT_MS, () => brokers.every(({ partitionsTold }) => partitionsTold === told) || undefined);
    knownMs.push(Math.max(...brokers.map(({ toldAtMs }) => toldAtMs)) - startMs);
  }
  knownMs.sort((a, b) => a - b);
  return {
    ...{ changeBytes: witness.updateBytes / CHANGES, changeCpuMs: (cpuMs() - beforeMs) / CHANGES },
    ...{ knownP50Ms: knownMs[CHANGES / 2] ?? 0, knownP99Ms: knownMs[Math.floor(CHANGES * 0.99)] ?? 0 },
  };
}

/** A broker's stream breaks; then it comes back with what it had. */
async function loseBroker({ brokers, witness, lost, cpuMs }: Parts) {
  const led = [...witness.partitions.values()].filter(({ leader }) => leader === lost.brokerId).length;
  const changed = [...witness.partitions].filter(([, { inSyncSet }]) => inSyncSet.includes(lost.brokerId));
  const others = brokers.filter((broker) => broker !== lost);
  for (const broker of brokers) broker.forget();
  const [beforeMs, lostMs] = [cpuMs(), performance.now()];
  lost.cut();
  await waitFor("new leaders told to all", WAIT_MS, () => others.every((broker) => broker.partitionsTold >= changed.length) || undefined);
  const failoverMs = Math.max(...others.map(({ toldAtMs }) => toldAtMs)) - lostMs;
  const [failoverCpuMs, failoverBytes] = [cpuMs() - beforeMs, witness.updateBytes];
  const leaderless = changed.filter(([key]) => [undefined, lost.brokerId].includes(witness.partitions.get(key)?.leader)).length;
  check(leaderless === 0, `${leaderless} partitions have no leader`);
  check(witness.partitionsTold === changed.length, `${changed.length} partitions changed, ${witness.partitionsTold} were told`);
  check(
    failoverMs < FAILOVER_MS_MAX,
    `until all brokers knew new leaders ${failoverMs.toFixed(0)} ms went by, allowed are ${FAILOVER_MS_MAX}`,
  );
  const backMs = performance.now();
  lost.start(changed.map(([key]) => ({ topicId: key.split("/")[0] ?? "", partition: Number(key.split("/")[1]) })));
  await waitFor("the broker may lead again", WAIT_MS, () => witness.fenced.get(lost.brokerId) === false || undefined);
  const failed = others.find(({ failure }) => failure !== undefined);
  check(failed === undefined, `the session of broker ${failed?.brokerId ?? 0} ended: ${String(failed?.failure)}`);
  return { led, changed: changed.length, failoverMs, failoverCpuMs, failoverBytes, joinedMs: performance.now() - backMs };
}

function isEverybodyAt(brokers: readonly SessionBroker[], version: bigint): boolean {
  return brokers.every((broker) => broker.version === version);
}

function liveCount({ fenced }: SessionBroker): number {
  return [...fenced.values()].filter((isFenced) => !isFenced).length;
}
