import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { fetchApi, type FetchResponsePartition, produceApi, ZERO_UUID } from "@millrace/kafka-wire";
import { timestampMs } from "@millrace/model";
import { sleep } from "@millrace/ports";
import { BatchBuilder } from "@millrace/records";
import { referenceCrc32c, settle } from "@millrace/testkit";
import { bytes, World } from "./world.ts";

const TOPIC_ID = "f".repeat(32);

function batchOf(value: string): Uint8Array {
  const builder = new BatchBuilder({ crc32c: referenceCrc32c });
  builder.append(timestampMs(1_000), null, bytes(value));
  return builder.build();
}

describe("a partition with replicas on two brokers", () => {
  let world: World;

  beforeEach(async () => {
    const rates = { leaderReplicationThrottledRate: 0, followerReplicationThrottledRate: 0 };
    world = await World.create([1, 2], (id) => ({ rack: `r${id}`, replicaSelector: "rack-aware", ...rates }));
  });
  afterEach(() => world.stop());

  async function tell(of: { replicas: number[]; leader: number; epoch?: number; adding?: number[] }): Promise<void> {
    const { replicas, leader, epoch = 0, adding = [] } = of;
    const inSyncSet = replicas.filter((id) => !adding.includes(id));
    const moving = { addingReplicas: adding, removingReplicas: [] };
    const state = { partition: 0, replicas, leader, leaderEpoch: 0, inSyncSet, partitionEpoch: epoch, ...moving };
    state.leaderEpoch = adding.length > 0 ? 0 : epoch;
    world.coordinator.tell({ topics: [{ name: "t", topicId: TOPIC_ID, internal: false, configs: {}, partitions: [state] } as never] });
    for (let turn = 0; turn < 10; turn++) await settle();
  }

  async function produce(value: string, leader = 1, acks = -1): Promise<number | undefined> {
    const topicData = [{ name: "t", topicId: ZERO_UUID, partitionData: [{ index: 0, records: batchOf(value) }] }];
    const client = world.kafka.connect(`broker-${leader}:9092`);
    const answer = await world.run(client.ask(produceApi, 9, { acks, timeoutMs: 5_000, topicData }));
    return answer?.responses[0]?.partitionResponses[0]?.errorCode;
  }

  async function fetch(
    broker: number,
    of: { rackId?: string; offset?: number; version?: number; epoch?: number } = {},
  ): Promise<FetchResponsePartition> {
    const { rackId = "", offset = 0, version = 12, epoch = -1 } = of;
    const partitions = [{ partition: 0, fetchOffset: offset, partitionMaxBytes: 1_000_000, currentLeaderEpoch: epoch }];
    const request = { maxWaitMs: 0, minBytes: 1, maxBytes: 1_000_000, rackId, topics: [{ topic: "t", topicId: ZERO_UUID, partitions }] };
    const answer = await world.run(world.kafka.connect(`broker-${broker}:9092`).ask(fetchApi, version, request));
    const partition = answer?.responses[0]?.partitions[0];
    if (partition === undefined) throw new Error("no answer");
    return partition;
  }

  const logFolders = (broker: number) =>
    world
      .storageOf(broker)
      .mount()
      .list("")
      .filter(({ name }) => name.startsWith(TOPIC_ID)).length;

  it("opens the log of a follower again that could not be cut for lack of room", async () => {
    await tell({ replicas: [1, 2], leader: 1 });
    expect(await produce("a")).toBe(0);
    await tell({ replicas: [1, 2], leader: 2, epoch: 1 });
    world.storageOf(2).limitBytes(world.storageOf(2).usedBytes);
    await tell({ replicas: [1, 2], leader: 1, epoch: 2 }); // an epoch of 2's is not in the log of 1: what is of it goes
    await world.run(sleep(world.clock, 2_000));
    world.storageOf(2).limitBytes(Infinity);
    await world.run(sleep(world.clock, 15_000));
    expect(await produce("b")).toBe(0);
    expect((await fetch(2, { offset: 1, rackId: "r2" })).errorCode).toBe(0);
  });

  it("names the replica in the rack of a client, which reads there what is acknowledged (KIP-392)", async () => {
    await tell({ replicas: [1, 2], leader: 1 });
    expect(await produce("a")).toBe(0);
    await world.clock.advance(1_000); // followers hear of the high watermark
    expect(await fetch(1, { rackId: "r2" })).toMatchObject({ errorCode: 0, preferredReadReplica: 2, highWatermark: 1 });
    expect((await fetch(1, { rackId: "r2" })).records?.length ?? 0).toBe(0);
    const near = await fetch(2, { rackId: "r2" });
    expect(near).toMatchObject({ errorCode: 0, preferredReadReplica: -1, highWatermark: 1 });
    expect(near.records?.length).toBe(batchOf("a").length);
  });

  it.each([
    ["of the leader's rack", { rackId: "r1" }],
    ["of a rack without a replica", { rackId: "r9" }],
    ["that names none", {}],
    ["of a version without racks", { rackId: "r2", version: 10 }],
    ["that asks for what is not there", { rackId: "r2", offset: 7 }],
  ])("is read from its leader by a client %s", async (_, of) => {
    await tell({ replicas: [1, 2], leader: 1 });
    await produce("a");
    expect((await fetch(1, of)).preferredReadReplica).toBe(-1);
  });

  it("is not read from followers by clients that do not know of it, nor in another epoch", async () => {
    await tell({ replicas: [1, 2], leader: 1, epoch: 3 });
    await produce("a");
    await world.clock.advance(1_000);
    expect((await fetch(2, { version: 10 })).errorCode).toBe(6);
    expect((await fetch(2, { epoch: 2 })).errorCode).toBe(74);
    expect((await fetch(2, { epoch: 4 })).errorCode).toBe(75);
    expect((await fetch(2, { epoch: 3 })).errorCode).toBe(0);
  });

  it("shows a follower's reader nothing that is not acknowledged", async () => {
    await tell({ replicas: [1, 2], leader: 1 });
    await produce("a");
    expect((await fetch(2)).highWatermark).toBeLessThanOrEqual(1);
    expect((await fetch(2, { offset: 1 })).records?.length ?? 0).toBe(0);
  });

  it("has its log deleted by the broker that is no replica any more, and begins anew when it is one again", async () => {
    await tell({ replicas: [1, 2], leader: 1 });
    await produce("a");
    expect([logFolders(1), logFolders(2)]).toEqual([1, 1]);
    await tell({ replicas: [1], leader: 1, epoch: 1 });
    expect([logFolders(1), logFolders(2)]).toEqual([1, 0]);
    expect((await fetch(2)).errorCode).toBe(6);
    await tell({ replicas: [1, 2], leader: 1, epoch: 2 });
    expect(await produce("b")).toBe(0);
    await world.clock.advance(1_000);
    expect((await fetch(2)).records?.length).toBe(2 * batchOf("a").length);
  });

  it.each(["leader", "follower"] as const)("is copied no faster than the %s may, while it is being moved", async (side) => {
    await world.stop();
    const rate = Math.round(batchOf("a").length / 2); // two seconds for each batch
    world = await World.create([1, 2], () => ({ [`${side}ReplicationThrottledRate`]: rate }));
    await tell({ replicas: [1], leader: 1 });
    for (let batch = 0; batch < 5; batch++) await produce("a");
    await tell({ replicas: [1, 2], leader: 1, epoch: 1, adding: [2] });
    const has = async () => Math.round(((await fetch(2)).records?.length ?? 0) / batchOf("a").length);
    await world.clock.advance(1_000);
    expect(await has()).toBe(5); // what lay there came as one answer
    await produce("b", 1, 1);
    await world.clock.advance(6_000);
    expect(await has()).toBe(5);
    await world.clock.advance(6_000);
    expect(await has()).toBe(6);
  });

  it("is followed by a broker that led it before without a record", async () => {
    await tell({ replicas: [1, 2], leader: 2, epoch: 1 });
    await tell({ replicas: [1, 2], leader: 1, epoch: 2 });
    expect(await produce("a")).toBe(0);
    await world.clock.advance(1_000);
    expect((await fetch(2, { epoch: 2 })).records?.length).toBe(batchOf("a").length);
  });

  it("moves to the other broker with its leadership", async () => {
    await tell({ replicas: [1, 2], leader: 1 });
    await produce("a");
    await tell({ replicas: [2], leader: 2, epoch: 1 });
    expect([logFolders(1), logFolders(2)]).toEqual([0, 1]);
    expect(await produce("b", 2)).toBe(0);
    expect(await fetch(2)).toMatchObject({ errorCode: 0, highWatermark: 2 });
    expect(await produce("c", 1)).toBe(6);
  });
});
