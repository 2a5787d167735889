import type { Admin, Client, CommittedOffset } from "@millrace/client";
import { BrokerPeerService, JobState, type JobStatus, type RpcTransport } from "@millrace/contracts";
import { AppError, toAppError } from "@millrace/model";
import type { Clock } from "@millrace/ports";
import { CALL_TIMEOUT_MS, GROUPS_MAX, POSITIONS_PER_CALL_MAX } from "../limits.ts";
import type { Lag, LagSource } from "./lag-source.ts";

const ENDED: readonly JobState[] = [JobState.FINISHED, JobState.STOPPED, JobState.FAILED];

export interface ClusterLagPorts {
  readonly client: Pick<Client, "admin">;
  readonly transport: RpcTransport;
  readonly clock: Clock;
}

/** The consumer group that holds a job's positions, as coordinators commit them. */
export function groupOfJob(jobId: string): string {
  return `millrace-job-${jobId}`;
}

/**
 * Lag as a cluster has it now: committed offsets of a group, and what the leaders of their partitions have behind them. A job's positions are those of its group;
 * what its coordinator knows of records without a batch counts where the group has nothing yet.
 */
export function createClusterLag(ports: ClusterLagPorts): LagSource {
  const admin = ports.client.admin();
  return {
    jobs: async () => Promise.all(newestOfEach(await admin.listJobs()).map((job) => lagOfJob(job, { admin, ports }))),
    groups: async (names) => {
      const known = names ?? (await admin.listGroups()).map(({ groupId }) => groupId);
      if (known.length > GROUPS_MAX)
        throw new AppError({
          kind: "invalid",
          code: "too-many-groups",
          message: "too many groups for one question: name those that are wanted, by the label group",
          context: { groups: known.length, max: GROUPS_MAX },
        });
      const lags = await Promise.all(known.map((name) => lagOfGroup(name, { admin, ports })));
      return lags.filter((lag) => lag !== undefined);
    },
  };
}

interface Context {
  readonly admin: Admin;
  readonly ports: ClusterLagPorts;
}

/** A job that is submitted again keeps its name. */
function newestOfEach(jobs: readonly JobStatus[]): readonly JobStatus[] {
  const newest = new Map<string, JobStatus>();
  for (const job of jobs) {
    const other = newest.get(job.name);
    if (other === undefined || other.submittedAtMs <= job.submittedAtMs) newest.set(job.name, job);
  }
  return [...newest.values()];
}

async function lagOfJob({ name, jobId, state, lagRecords }: JobStatus, context: Context): Promise<Lag> {
  if (ENDED.includes(state)) return { name, records: 0, seconds: 0 };
  const lag = await lagOfGroup(groupOfJob(jobId), context);
  return { name, records: Math.max(Number(lagRecords), lag?.records ?? 0), seconds: lag?.seconds ?? 0 };
}

/** Undefined: there is no such group, or nothing is committed. */
async function lagOfGroup(name: string, { admin, ports }: Context): Promise<Lag | undefined> {
  const offsets = await admin.groupOffsets(name).catch((error: unknown) => {
    if (toAppError(error).kind === "not-found") return [];
    throw error;
  });
  if (offsets.length === 0) return undefined;
  const behind = await positionsBehind(offsets, { admin, ports });
  const nowMs = ports.clock.wallMs();
  return {
    name,
    records: behind.reduce((sum, { records }) => sum + records, 0),
    // Producers' clocks may be ahead: never below 0.
    seconds: behind.reduce((most, { oldestMs }) => Math.max(most, oldestMs === undefined ? 0 : (nowMs - oldestMs) / 1_000), 0),
  };
}

interface Behind {
  readonly records: number;
  readonly oldestMs: number | undefined;
}

/** One question per leader. A partition that has none, or whose leader has changed meanwhile, is an error: its lag is not 0. */
async function positionsBehind(offsets: readonly CommittedOffset[], { admin, ports }: Context): Promise<readonly Behind[]> {
  const leaders = await leadersOf(offsets, admin);
  const there = offsets.filter(({ topic }) => leaders.has(topic)); // of a topic that is gone nothing is behind
  const behind: Behind[] = [];
  for (const [address, own] of Map.groupBy(there, ({ topic, partition }) => leaders.get(topic)?.get(partition))) {
    if (address === undefined) throw noLeader(own[0]);
    for (let from = 0; from < own.length; from += POSITIONS_PER_CALL_MAX)
      behind.push(...(await ask(address, own.slice(from, from + POSITIONS_PER_CALL_MAX), ports)));
  }
  return behind;
}

async function ask(address: string, asked: readonly CommittedOffset[], { transport }: ClusterLagPorts): Promise<readonly Behind[]> {
  const request = { positions: asked.map(({ topic, partition, offset }) => ({ topic, partition, offset: BigInt(offset) })) };
  const { positions } = await transport.client(BrokerPeerService, address).describePositions(request, { timeoutMs: CALL_TIMEOUT_MS });
  return asked.map((position, index) => {
    const described = positions[index];
    if (described === undefined || described.logEndOffset < 0n) throw noLeader(position);
    const records = Math.max(0, Number(described.logEndOffset) - position.offset);
    return { records, oldestMs: described.timestampMs < 0n ? undefined : Number(described.timestampMs) };
  });
}

/** By topic that exists: address of the leader by partition, of those that have one. */
async function leadersOf(offsets: readonly CommittedOffset[], admin: Admin): Promise<ReadonlyMap<string, ReadonlyMap<number, string>>> {
  const { brokers } = await admin.describeCluster();
  const addresses = new Map(brokers.map(({ brokerId, address }) => [brokerId, address]));
  const leaders = new Map<string, ReadonlyMap<number, string>>();
  for (const topic of new Set(offsets.map((offset) => offset.topic))) {
    const described = await admin.describeTopic(topic).catch((error: unknown) => {
      if (toAppError(error).kind === "not-found") return undefined;
      throw error;
    });
    if (described === undefined) continue;
    leaders.set(
      topic,
      new Map(
        described.partitions.flatMap(({ partition, leader }) => {
          const address = leader === undefined ? undefined : addresses.get(leader);
          return address === undefined ? [] : [[partition, address] as const];
        }),
      ),
    );
  }
  return leaders;
}

function noLeader(position: CommittedOffset | undefined): AppError {
  return new AppError({
    kind: "retry",
    code: "leader-not-available",
    message: "partition has no live leader: wait for its broker, or see `millrace doctor`",
    context: { topic: position?.topic, partition: position?.partition },
  });
}
