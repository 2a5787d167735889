import { describe, expect, it } from "@jest/globals";
import { create } from "@bufbuild/protobuf";
import type { Admin, CommittedOffset } from "@millrace/client";
import { bindService, BrokerPeerService, createLoopback, JobState, type JobStatus, JobStatusSchema } from "@millrace/contracts";
import { AppError } from "@millrace/model";
import { ManualClock } from "@millrace/testkit";
import { createClusterLag } from "./cluster-lag.ts";
import type { LagSource } from "./lag-source.ts";

const at = (topic: string, partition: number, offset: number): CommittedOffset => ({ topic, partition, offset, metadata: "" });

/** Broker 1 leads partition 0 of each topic and broker 2 partition 1; both logs of a topic end at 100, and every record is a minute old. */
async function lagOf(groups: Readonly<Record<string, readonly CommittedOffset[]>>, jobs: readonly JobStatus[] = []): Promise<LagSource> {
  const [transport, clock] = [createLoopback(), new ManualClock()];
  for (const broker of [1, 2]) {
    const service = {
      describePositions: ({ positions }: { positions: { partition: number; offset: bigint }[] }) =>
        Promise.resolve({
          positions: positions.map(({ partition, offset }) => {
            if (partition !== broker - 1) return { logEndOffset: -1n, timestampMs: -1n };
            return { logEndOffset: 100n, timestampMs: offset >= 100n ? -1n : BigInt(clock.wallMs() - 60_000) };
          }),
        }),
    };
    await transport.listen(`b:${broker}`, [bindService(BrokerPeerService, service as never)]);
  }
  const admin: Partial<Admin> = {
    listJobs: () => Promise.resolve(jobs),
    listGroups: () => Promise.resolve(Object.keys(groups).map((groupId) => ({ groupId, protocolType: "", state: "", type: "" }))),
    groupOffsets: (group) => Promise.resolve(groups[group] ?? []),
    describeCluster: () => Promise.resolve({ brokers: [1, 2].map((brokerId) => ({ brokerId, address: `b:${brokerId}` })) } as never),
    describeTopic: (name) => {
      if (name === "gone") return Promise.reject(new AppError({ kind: "not-found", code: "unknown-topic", message: "gone" }));
      const leaders = name === "leaderless" ? [1, undefined] : name === "moved" ? [2, 1] : [1, 2];
      return Promise.resolve({ partitions: leaders.map((leader, partition) => ({ partition, leader })) } as never);
    },
  };
  return createClusterLag({ client: { admin: () => admin as Admin }, transport, clock });
}

function job(name: string, state: JobState, more: { jobId?: string; lagRecords?: bigint; submittedAtMs?: bigint } = {}): JobStatus {
  return create(JobStatusSchema, { name, jobId: name, state, ...more });
}

describe("lag of groups", () => {
  it("is what the leaders have behind committed offsets, and the age of the oldest of it", async () => {
    const source = await lagOf({ g: [at("t", 0, 90), at("t", 1, 100), at("u", 0, 95)], done: [at("t", 0, 100)], empty: [] });
    expect(await source.groups(["g"])).toEqual([{ name: "g", records: 15, seconds: 60 }]);
    expect(await source.groups(undefined)).toEqual([
      { name: "g", records: 15, seconds: 60 },
      { name: "done", records: 0, seconds: 0 },
    ]);
  });

  it("knows nothing of groups that are not there, and nothing is behind in topics that are gone", async () => {
    const source = await lagOf({ g: [at("gone", 0, 1), at("t", 0, 99)] });
    expect(await source.groups(["nobody", "g"])).toEqual([{ name: "g", records: 1, seconds: 60 }]);
  });

  it.each(["leaderless", "moved"])("is an error, not 0, where a leader is not found: %s", async (topic) => {
    const source = await lagOf({ g: [at(topic, 1, 5)] });
    await expect(source.groups(["g"])).rejects.toMatchObject({ code: "leader-not-available" });
  });

  it("must be asked for by name where there are too many", async () => {
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`g${i}`, [at("t", 0, 100)]]));
    const source = await lagOf(many);
    await expect(source.groups(undefined)).rejects.toMatchObject({ code: "too-many-groups" });
    expect(await source.groups(["g200"])).toHaveLength(1);
  });
});

describe("lag of jobs", () => {
  it("is that of the job's group, or what no batch has while that has nothing", async () => {
    const jobs = [job("behind", JobState.RUNNING, { lagRecords: 3n }), job("new", JobState.STARTING, { lagRecords: 500n })];
    const source = await lagOf({ "millrace-job-behind": [at("t", 0, 90)] }, jobs);
    expect(await source.jobs()).toEqual([
      { name: "behind", records: 10, seconds: 60 },
      { name: "new", records: 500, seconds: 0 },
    ]);
  });

  it("ends with the job, and is that of the newest of a name", async () => {
    const jobs = [
      job("j", JobState.RUNNING, { jobId: "new", submittedAtMs: 2n }),
      job("j", JobState.FAILED, { jobId: "old", submittedAtMs: 1n }),
      job("ended", JobState.STOPPED, { lagRecords: 9n }),
    ];
    const source = await lagOf({ "millrace-job-new": [at("t", 0, 99)], "millrace-job-old": [at("t", 0, 1)] }, jobs);
    expect(await source.jobs()).toEqual([
      { name: "j", records: 1, seconds: 60 },
      { name: "ended", records: 0, seconds: 0 },
    ]);
  });
});
