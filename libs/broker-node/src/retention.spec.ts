import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { BrokerService } from "@millrace/contracts";
import { World, bytes } from "../test/world.ts";

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(async () => {
  await world.stop();
});

describe("retention", () => {
  it("spares what somebody holds, until the hold runs out or is let go", async () => {
    await world.createTopic("t", { partitions: 1, configs: { "retention.ms": "1000" } });
    const service = world.loopback.client(BrokerService, "broker-1:9190");
    const produce = () =>
      service.produce({ partitions: [{ topic: "t", data: { case: "records", value: { records: [{ value: bytes("a") }] } } }] });
    const hold = async (fromOffset: bigint, ttlMs: number) =>
      (await world.run(service.holdRecords({ holder: "job", holds: [{ topic: "t", partition: 0, fromOffset }], ttlMs }))).results;
    const start = async (): Promise<number> => {
      await world.clock.advance(400_000); // the next round, and the time to do it
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      return (await world.run(world.client().listOffsets([{ topic: "t", partition: 0, at: "earliest" }])))[0]?.offset ?? -1;
    };
    await world.run(produce());
    expect(await hold(0n, 1_000_000)).toMatchObject([{ logStartOffset: 0n }]);
    expect(await start()).toBe(0);
    expect(await hold(0n, 1_000)).toHaveLength(1);
    expect(await start()).toBe(1);
    await world.run(produce());
    await hold(1n, 1_000_000);
    expect(await start()).toBe(1);
    expect(await hold(-1n, 1)).toMatchObject([{ logStartOffset: 1n }]);
    expect(await start()).toBe(2);
    expect(
      (await world.run(service.holdRecords({ holder: "job", holds: [{ topic: "nope", partition: 0 }], ttlMs: 1 }))).results[0]?.error?.code,
    ).toBe("unknown-topic");
    await expect(world.run(service.holdRecords({ holder: "", ttlMs: 1 }))).rejects.toMatchObject({ code: "invalid-request" });
  });

  it("waits after a start, until holders have said again what they need", async () => {
    await world.createTopic("t", { partitions: 1, configs: { "retention.ms": "1000" } });
    const service = world.loopback.client(BrokerService, "broker-1:9190");
    await world.run(
      service.produce({ partitions: [{ topic: "t", data: { case: "records", value: { records: [{ value: bytes("a") }] } } }] }),
    );
    await world.clock.advance(250_000); // a new epoch 50 s before the next round of retention
    world.coordinator.dropSessions();
    await world.clock.advance(60_000);
    expect(await world.run(world.client().listOffsets([{ topic: "t", partition: 0, at: "earliest" }]))).toMatchObject([{ offset: 0 }]);
    await world.clock.advance(300_000);
    expect(await world.run(world.client().listOffsets([{ topic: "t", partition: 0, at: "earliest" }]))).toMatchObject([{ offset: 1 }]);
  });
});
