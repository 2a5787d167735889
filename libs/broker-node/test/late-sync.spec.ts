import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { BrokerService } from "@millrace/contracts";
import { readPartition } from "./read-partition.ts";
import { bytes, World } from "./world.ts";

const TOPIC_ID = "f".repeat(32);

describe("a partition with two replicas that is synced in the background", () => {
  let world: World;

  beforeEach(async () => {
    world = await World.create([1, 2]);
  });
  afterEach(() => world.stop());

  async function tell(of: { leader: number; epoch: number; inSyncSet?: number[]; flush?: string }): Promise<void> {
    const replicas = [1, 2];
    const { leader, epoch, inSyncSet = replicas, flush = "interval" } = of;
    const moving = { addingReplicas: [], removingReplicas: [] };
    const state = { partition: 0, replicas, leader, leaderEpoch: epoch, inSyncSet, partitionEpoch: epoch, ...moving };
    const configs = { flush, "flush.ms": "600000", "min.insync.replicas": "1" };
    world.coordinator.tell({ topics: [{ name: "t", topicId: TOPIC_ID, internal: false, configs, partitions: [state] } as never] });
    await world.clock.advance(1_000);
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  async function produce(value: string, leader: number): Promise<void> {
    const partitions = [{ topic: "t", data: { case: "records" as const, value: { records: [{ value: bytes(value) }] } } }];
    const { results } = await world.run(world.loopback.client(BrokerService, `broker-${leader}:9190`).produce({ partitions }));
    expect(results[0]?.error).toBeUndefined();
  }

  const values = (isolation: "committed" | "uncommitted" = "uncommitted") =>
    readPartition(world, world.client(), { topic: "t", partition: 0, isolation });

  it("has what it acknowledged on the other replica when its leader loses power, and the leader takes it again", async () => {
    await tell({ leader: 1, epoch: 0 });
    for (const value of ["1", "2", "3"]) await produce(value, 1);
    await world.powerLoss(1);
    expect(world.coordinator.registrations.at(-1)?.logs).toMatchObject([{ topicId: TOPIC_ID, suspect: true }]);
    await tell({ leader: 2, epoch: 1, inSyncSet: [2] });
    await produce("4", 2);
    await tell({ leader: 1, epoch: 2 });
    expect(await values()).toEqual([1, 2, 3, 4]);
    await world.powerLoss(2);
    await tell({ leader: 1, epoch: 3 });
    expect(await values()).toEqual([1, 2, 3, 4]);
  });

  it("loses nothing of a transaction that was committed, though all lose power", async () => {
    await tell({ leader: 1, epoch: 0 });
    const producer = world.client().producer({ transactionalId: "job.1" });
    await world.run(producer.open(["t"]));
    producer.beginTransaction();
    await world.run(producer.sendAndWait("t", { value: bytes("1") }));
    await world.run(producer.commitTransaction());
    await produce("2", 1);
    await world.powerLoss(1);
    await world.powerLoss(2);
    for (const leader of [1, 2]) {
      await tell({ leader, epoch: leader });
      expect(await values("committed")).toEqual([1]);
    }
  });

  it("is synced before it is acknowledged as soon as the topic asks for that", async () => {
    await tell({ leader: 1, epoch: 0 });
    await produce("1", 1);
    await tell({ leader: 1, epoch: 1, flush: "ack" });
    await produce("2", 1);
    await world.powerLoss(1);
    expect(world.coordinator.registrations.at(-1)?.logs).toMatchObject([{ topicId: TOPIC_ID, suspect: false }]);
    await world.powerLoss(2);
    await tell({ leader: 2, epoch: 2, flush: "ack" });
    expect(await values()).toEqual([1, 2]);
  });
});
