import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { BrokerService } from "@millrace/contracts";
import { bytes, World } from "../test/world.ts";
import { readPartition } from "../test/read-partition.ts";

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(async () => {
  await world.stop();
});

describe("compaction", () => {
  const configs = { "cleanup.policy": "compact", "max.compaction.lag.ms": "1000" };
  const service = () => world.loopback.client(BrokerService, "broker-1:9190");
  const produce = async (key: string, value: string) =>
    (
      await world.run(
        service().produce({
          partitions: [{ topic: "t", data: { case: "records", value: { records: [{ key: bytes(key), value: bytes(value) }] } } }],
        }),
      )
    ).results[0];

  it("leaves the last record of each key, once holders had time to say what they read, and spares what they do", async () => {
    await world.createTopic("t", { partitions: 1, configs });
    for (let index = 0; index < 6; index++) await produce(`k${index % 2}`, String(index));
    await world.run(service().holdRecords({ holder: "job", holds: [{ topic: "t", partition: 0, fromOffset: 0n }], ttlMs: 300_000 }));
    const valuesAfter = async (ms: number) => {
      await world.clock.advance(ms);
      for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
      return readPartition(world, world.client(), { topic: "t", partition: 0 });
    };
    expect(await valuesAfter(200_000)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await valuesAfter(200_000)).toEqual([4, 5]);
    await produce("k0", "6");
    expect(await valuesAfter(30_000)).toEqual([5, 6]);
  });

  it("refuses records without a key by a name of its own", async () => {
    await world.createTopic("t", { partitions: 1, configs });
    const batch = service().produce({
      partitions: [{ topic: "t", data: { case: "records", value: { records: [{ value: bytes("a") }] } } }],
    });
    expect((await world.run(batch)).results[0]?.error).toMatchObject({ code: "record-without-key", context: { records: "0" } });
  });
});
