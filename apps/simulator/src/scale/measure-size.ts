import { type ChangeCost, type ChangeCosts, costOf, summaryOf } from "./change-cost.ts";
import type { MetadataBroker } from "./metadata-broker.ts";
import type { ScaleCluster } from "./scale-cluster.ts";
import { changeInSync, createAndDelete, electPreferred, growTo, partitionsOf, type Shape, wish, type Wish } from "./topics.ts";

export type ChangeKind = "create topic" | "in-sync set" | "leader";

/** A failure of one broker. */
export interface FailoverFigures {
  readonly partitionsLed: number;
  readonly partitionsChanged: number;
  readonly cost: ChangeCost;
}

export interface SizeFigures {
  readonly shape: Shape;
  readonly partitions: number;
  readonly brokers: number;
  readonly changes: Readonly<Record<ChangeKind, ChangeCosts>>;
  /** Its process was killed; its machine lost power, and nobody was told. */
  readonly killed: FailoverFigures;
  readonly powerLost: FailoverFigures;
  /** All metadata, as a broker hears it that has just registered. */
  readonly snapshotBytes: number;
  /** A broker that comes back: from its start until it may lead, and until all its replicas are in sync again, as fast as leaders can ask. */
  readonly joinMs: number;
  readonly inSyncAgain: ChangeCost;
  readonly idleCoordinatorCpuMsPerSecond: number;
  readonly idleBytesPerSecond: number;
  /** The other coordinator takes over: until every broker has its snapshot. */
  readonly takeover: { readonly ms: number; readonly coordinatorCpuMs: number };
  /** One change, and what a broker does about it in the seconds after: it saves the metadata. */
  readonly savedBrokerCpuMs: number;
}

const IDLE_MS = 10_000;

/** All figures of one size. `changes` of each kind are made one after another. */
export async function measureSize(
  cluster: ScaleCluster,
  of: { readonly shape: Shape; readonly partitions: number; readonly changes: number; readonly progress: (text: string) => void },
): Promise<SizeFigures> {
  const { shape, partitions, changes, progress } = of;
  progress(`${shape}, ${partitions} partitions: growing`);
  await growTo(cluster, shape, partitions);
  progress("changes");
  const created = await repeat(changes, (index) => createAndDelete(cluster, index));
  const shrunk = await inSyncChanges(cluster, changes);
  const savedBrokerCpuMs = await costOfSaving(cluster);
  const idle = await idleCost(cluster);
  progress("failover");
  const [, first, second] = cluster.brokers;
  if (first === undefined || second === undefined) throw new Error("at least three brokers are needed");
  const killed = await failover(cluster, first, (broker) => broker.kill());
  const joinMs = await join(cluster, first);
  const inSyncAgain = await allInSync(cluster, first);
  const elected = await leaderChanges(cluster, first, changes);
  const powerLost = await failover(cluster, second, (broker) => broker.cutPower());
  await join(cluster, second);
  await allInSync(cluster, second);
  progress("take-over");
  const takeover = await takeOver(cluster);
  const { snapshotBytes } = cluster.witness;
  return {
    ...{ shape, partitions, brokers: cluster.brokers.length, killed, powerLost, snapshotBytes, joinMs, inSyncAgain, takeover },
    ...{ ...idle, savedBrokerCpuMs },
    changes: { "create topic": summaryOf(created), "in-sync set": summaryOf(shrunk), leader: summaryOf(elected) },
  };
}

/** A follower leaves the in-sync set of a partition, and comes back: of partitions all over the cluster. */
async function inSyncChanges(cluster: ScaleCluster, count: number): Promise<ChangeCost[]> {
  const all = [...partitionsOf(cluster)];
  const costs: ChangeCost[] = [];
  for (let index = 0; index < count; index++) {
    const { topic, state } = all[Math.floor((index * all.length) / count)] ?? {};
    if (topic === undefined || state === undefined) throw new Error("there are no partitions");
    const fewer = state.replicas.filter((id) => id === state.leader || id === state.replicas[1]);
    costs.push(await changeInSync(cluster, topic, state.partition, fewer));
    costs.push(await changeInSync(cluster, topic, state.partition, state.replicas));
  }
  return costs;
}

async function costOfSaving(cluster: ScaleCluster): Promise<number> {
  const { witness, meter } = cluster;
  const usedMs = meter.watch(witness.process.number);
  await inSyncChanges(cluster, 1);
  await cluster.run(3_000);
  return usedMs();
}

async function idleCost(cluster: ScaleCluster) {
  const { meter } = cluster;
  const usedMs = meter.watch(cluster.active.process.number);
  const bytesBefore = meter.messageBytes;
  await cluster.run(IDLE_MS);
  const seconds = IDLE_MS / 1_000;
  return {
    idleCoordinatorCpuMsPerSecond: usedMs() / seconds,
    idleBytesPerSecond: (meter.messageBytes - bytesBefore) / seconds,
  };
}

async function failover(cluster: ScaleCluster, broker: MetadataBroker, fail: (broker: MetadataBroker) => void): Promise<FailoverFigures> {
  const { view } = cluster.witness;
  const led = [...partitionsOf(cluster)].filter(({ state }) => state.leader === broker.brokerId);
  const inSync = [...partitionsOf(cluster)].filter(({ state }) => state.inSyncSet.includes(broker.brokerId));
  const hasLeader = ({ topic, state }: (typeof led)[number]): boolean => {
    const { leader } = view.requirePartition(topic.name, state.partition);
    return leader !== undefined && leader !== broker.brokerId;
  };
  const isOut = ({ topic, state }: (typeof led)[number]): boolean =>
    !view.requirePartition(topic.name, state.partition).inSyncSet.includes(broker.brokerId);
  const act = (): Promise<void> => {
    fail(broker);
    return Promise.resolve();
  };
  const cost = await costOf(cluster, act, () => led.every(hasLeader) && inSync.every(isOut));
  return { partitionsLed: led.length, partitionsChanged: inSync.length, cost };
}

async function join(cluster: ScaleCluster, broker: MetadataBroker): Promise<number> {
  const { scheduler, meter, network, witness } = cluster;
  network.powerBack(broker.machine);
  const usedMs = meter.watch(cluster.active.process.number);
  const startMs = scheduler.nowMs;
  await cluster.during(broker.start());
  await cluster.until("the broker may lead", () => witness.view.broker(broker.brokerId)?.fenced === false);
  return scheduler.nowMs - startMs + usedMs();
}

/** Leaders ask for the broker in all sets that it is missing from, each in one request. */
async function allInSync(cluster: ScaleCluster, broker: MetadataBroker): Promise<ChangeCost> {
  const { view } = cluster.witness;
  const wishes = new Map<number, Wish[]>();
  for (const { topic, state } of partitionsOf(cluster)) {
    const { replicas, inSyncSet, leader = 0 } = state;
    if (!replicas.includes(broker.brokerId) || inSyncSet.includes(broker.brokerId)) continue;
    wishes.set(leader, [...(wishes.get(leader) ?? []), { topic, state, members: [...inSyncSet, broker.brokerId] }]);
  }
  const missing = [...wishes.values()].flat();
  return costOf(
    cluster,
    () => Promise.all([...wishes].map(([leader, some]) => wish(cluster, leader, some))),
    () => missing.every(({ topic, state }) => view.requirePartition(topic.name, state.partition).inSyncSet.includes(broker.brokerId)),
  );
}

/** Of partitions that the broker led before it failed. */
async function leaderChanges(cluster: ScaleCluster, broker: MetadataBroker, count: number): Promise<ChangeCost[]> {
  const movable = [...partitionsOf(cluster)].filter(
    ({ state }) => state.replicas[0] === broker.brokerId && state.leader !== broker.brokerId,
  );
  const costs: ChangeCost[] = [];
  for (const { topic, state } of movable.slice(0, count)) costs.push(await electPreferred(cluster, topic.name, state.partition));
  return costs;
}

async function takeOver(cluster: ScaleCluster): Promise<SizeFigures["takeover"]> {
  const { scheduler, meter } = cluster;
  const former = cluster.active;
  for (const broker of cluster.brokers) broker.forget();
  former.process.kill();
  const startMs = scheduler.nowMs;
  const standby = cluster.coordinators.find((host) => host !== former);
  if (standby === undefined) throw new Error("no standby");
  const usedMs = meter.watch(standby.process.number);
  await cluster.until("every broker has heard the new coordinator", () => cluster.brokers.every(({ heard }) => heard.length > 0));
  const coordinatorCpuMs = usedMs();
  const result = { ms: scheduler.nowMs - startMs + coordinatorCpuMs, coordinatorCpuMs };
  await cluster.startCoordinator(former.name);
  return result;
}

async function repeat<T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let index = 0; index < count; index++) results.push(await run(index));
  return results;
}
