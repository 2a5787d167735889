import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { BrokerService } from "@millrace/contracts";
import { createBatchCursor } from "@millrace/records";
import { bytes, World } from "./world.ts";

const TOPIC_ID = "f".repeat(32);
const GRACE_MS = 121_000; // HOLD_GRACE_MS, and the next round

describe("a partition with three replicas", () => {
  let world: World;

  beforeEach(async () => {
    world = await World.create([1, 2, 3], () => ({ compactionCheckMs: 1_000, retentionCheckMs: 1_000, checkpointMs: 1_000 }));
  });
  afterEach(() => world.stop());

  async function tell(of: { leader: number; epoch: number; configs: { [key: string]: string } }): Promise<void> {
    const replicas = [1, 2, 3];
    const moving = { addingReplicas: [], removingReplicas: [] };
    const state = {
      partition: 0,
      replicas,
      leader: of.leader,
      leaderEpoch: of.epoch,
      inSyncSet: replicas,
      partitionEpoch: of.epoch,
      ...moving,
    };
    world.coordinator.tell({
      topics: [{ name: "t", topicId: TOPIC_ID, internal: false, configs: of.configs, partitions: [state] } as never],
    });
    await pass(1_000);
  }

  async function pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 250) {
      await world.clock.advance(250);
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  const service = (leader: number) => world.loopback.client(BrokerService, `broker-${leader}:9190`);

  async function produce(key: string, value: string | undefined, leader = 1): Promise<void> {
    const record = { key: bytes(key), ...(value === undefined ? {} : { value: bytes(value) }) };
    const partitions = [{ topic: "t", data: { case: "records" as const, value: { records: [record] } } }];
    const { results } = await world.run(service(leader).produce({ partitions }));
    expect(results[0]?.error).toBeUndefined();
    await pass(250); // each record in a segment of its own
  }

  /** Base offsets of the batches on the broker's disk. */
  function offsetsOf(broker: number): number[] {
    const storage = world.storageOf(broker).mount();
    const folder = storage.list("").find(({ name }) => name.startsWith(TOPIC_ID))?.name ?? "";
    const logs = storage.list(folder).filter(({ name }) => name.endsWith(".log"));
    return logs.flatMap(({ name }) => {
      const cursor = createBatchCursor(storage.readFile(`${folder}/${name}`) ?? new Uint8Array(0));
      const offsets: number[] = [];
      while (cursor.advance()) if (cursor.view.recordCount > 0) offsets.push(cursor.view.baseOffset);
      return offsets;
    });
  }

  const offsets = () => [1, 2, 3].map(offsetsOf);
  const hold = (fromOffset: bigint, leader = 1) =>
    world.run(service(leader).holdRecords({ holder: "job", holds: [{ topic: "t", partition: 0, fromOffset }], ttlMs: 3_600_000 }));

  const compacted = {
    "cleanup.policy": "compact",
    "segment.ms": "200",
    "min.cleanable.dirty.ratio": "0.01",
    "delete.retention.ms": "5000",
  };

  it("is compacted on each of them but for the active segment, and offsets stay", async () => {
    await tell({ leader: 1, epoch: 0, configs: compacted });
    for (let index = 0; index < 12; index++) await produce(`k${index % 2}`, String(index));
    await pass(GRACE_MS);
    expect(offsets()).toEqual(onAll([9, 10, 11]));
  });

  it("keeps on each of them what somebody reads, and lets go after the reader", async () => {
    await tell({ leader: 1, epoch: 0, configs: compacted });
    for (let index = 0; index < 8; index++) await produce("k", String(index));
    await hold(4n);
    await pass(GRACE_MS);
    expect(offsets()).toEqual(onAll([3, 4, 5, 6, 7]));
    await hold(6n);
    await pass(5_000); // nothing is written, and followers hear of it all the same
    expect(offsets()).toEqual(onAll([5, 6, 7]));
  });

  it("keeps on a follower what somebody holds from now on, though more was let go before", async () => {
    await tell({ leader: 1, epoch: 0, configs: { ...compacted, "min.compaction.lag.ms": "150000" } });
    for (let index = 0; index < 4; index++) await produce("k", String(index));
    await pass(GRACE_MS);
    await hold(0n);
    await pass(60_000);
    expect(offsets()).toEqual(onAll([0, 1, 2, 3]));
  });

  it("forgets tombstones on each of them, once their time is over", async () => {
    await tell({ leader: 1, epoch: 0, configs: compacted });
    await produce("gone", "a");
    await produce("gone", undefined);
    await pass(GRACE_MS);
    await produce("other", "b");
    await pass(5_000);
    expect(offsets()).toEqual(onAll([1, 2]));
    await produce("other", "c");
    await pass(10_000);
    await produce("other", "d");
    await pass(5_000);
    expect(offsets()).toEqual(onAll([3, 4]));
  });

  it("is taken by an empty replica with its gaps, and goes on under another leader", async () => {
    await tell({ leader: 1, epoch: 0, configs: compacted });
    for (let index = 0; index < 6; index++) await produce(`k${index % 2}`, String(index));
    await pass(GRACE_MS);
    expect(offsets()).toEqual(onAll([3, 4, 5]));
    await world.run(world.brokers.get(3)?.stop() ?? Promise.resolve());
    world.storages.delete(3);
    await world.startBroker(3);
    await tell({ leader: 1, epoch: 1, configs: compacted });
    await pass(3_000);
    expect(offsets()).toEqual(onAll([3, 4, 5]));
    await tell({ leader: 3, epoch: 2, configs: compacted });
    await produce("k0", "6", 3);
    await produce("k1", "7", 3);
    await pass(GRACE_MS);
    expect(offsets()).toEqual(onAll([5, 6, 7]));
  });

  it.each([
    ["time", { "retention.ms": "60000" }],
    ["size", { "retention.bytes": "1" }],
  ])("is deleted by %s on followers too, though nothing is written any more", async (_, policy) => {
    await tell({ leader: 1, epoch: 0, configs: { "segment.ms": "200", ...policy } });
    for (let index = 0; index < 4; index++) await produce("k", String(index));
    await pass(1_000);
    expect(offsets()).toEqual(onAll([0, 1, 2, 3]));
    await pass(GRACE_MS);
    const [leader, ...followers] = offsets();
    expect(leader?.length).toBeLessThan(2);
    expect(followers).toEqual([leader, leader]);
  });
});

function onAll(offsets: number[]): number[][] {
  return [offsets, offsets, offsets];
}
