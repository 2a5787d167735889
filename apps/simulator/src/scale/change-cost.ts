import type { ScaleCluster } from "./scale-cluster.ts";

/** What one change of the metadata took. */
export interface ChangeCost {
  /** Sent to each broker. */
  readonly bytes: number;
  /** Written to the store. */
  readonly storedBytes: number;
  /** From the request until the last broker had applied it: virtual time, plus the processor time below as if nothing of it overlapped. */
  readonly knownMs: number;
  readonly coordinatorCpuMs: number;
  /** Of a broker that keeps the metadata. */
  readonly brokerCpuMs: number;
  /** Partitions that each broker was told of. */
  readonly partitionsTold: number;
}

/** Of several changes of one kind. */
export interface ChangeCosts {
  readonly count: number;
  readonly bytes: number;
  readonly storedBytes: number;
  readonly knownP50Ms: number;
  readonly knownMaxMs: number;
  readonly coordinatorCpuMs: number;
  readonly brokerCpuMs: number;
}

/** Makes something happen, and waits until every broker has applied the version in which the witness has seen it. */
export async function costOf(cluster: ScaleCluster, act: () => Promise<unknown>, isKnown: () => boolean): Promise<ChangeCost> {
  const { meter, scheduler, witness } = cluster;
  for (const broker of cluster.brokers) broker.forget();
  const { process, store } = cluster.active;
  const coordinatorUsedMs = meter.watch(process.number);
  const brokerUsedMs = meter.watch(witness.process.number);
  const bytesBefore = store.bytesWritten;
  const startMs = scheduler.nowMs;
  const call = act();
  let looked = -1;
  await cluster.until("the witness knows", () => {
    if (looked === witness.version) return false;
    looked = witness.version;
    return isKnown();
  });
  const { version } = witness;
  const { running } = cluster;
  await cluster.until("all brokers know", () => running.every((broker) => broker.version >= version));
  await cluster.during(call);
  const atMs = running.map(({ heard }) => heard.find((update) => update.version >= version)?.atMs ?? scheduler.nowMs);
  const [coordinatorCpuMs, brokerCpuMs] = [coordinatorUsedMs(), brokerUsedMs()];
  return {
    ...{ bytes: witness.updateBytes, storedBytes: store.bytesWritten - bytesBefore, coordinatorCpuMs, brokerCpuMs },
    knownMs: Math.max(...atMs) - startMs + coordinatorCpuMs + brokerCpuMs,
    partitionsTold: witness.heard.reduce((sum, { partitions }) => sum + partitions, 0),
  };
}

export function summaryOf(costs: readonly ChangeCost[]): ChangeCosts {
  const known = costs.map(({ knownMs }) => knownMs).sort((a, b) => a - b);
  const mean = (of: (cost: ChangeCost) => number): number => costs.reduce((sum, cost) => sum + of(cost), 0) / costs.length;
  const median = (of: (cost: ChangeCost) => number): number => costs.map(of).sort((a, b) => a - b)[Math.floor(costs.length / 2)] ?? 0;
  return {
    ...{ count: costs.length, bytes: mean(({ bytes }) => bytes), storedBytes: mean(({ storedBytes }) => storedBytes) },
    ...{ knownP50Ms: known[Math.floor(known.length / 2)] ?? 0, knownMaxMs: known.at(-1) ?? 0 },
    ...{ coordinatorCpuMs: median((cost) => cost.coordinatorCpuMs), brokerCpuMs: median((cost) => cost.brokerCpuMs) },
  };
}
