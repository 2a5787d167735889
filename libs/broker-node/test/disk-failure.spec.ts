import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { sleep } from "@millrace/ports";
import { bytes, World } from "./world.ts";

describe("a broker whose disk fails", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
    await world.createTopic("t", { partitions: 2 });
  });
  afterEach(() => world.stop());

  async function send(): Promise<unknown> {
    const producer = world.client().producer({ deliveryTimeoutMs: 1_000 });
    await world.run(producer.open(["t"]));
    return world.run(producer.sendAndWait("t", { partition: 0, value: bytes("1") }).catch((error: unknown) => error));
  }

  it("says that it cannot go on, so that it is stopped and others lead", async () => {
    world.storageOf(1).failSyncOf(".log");
    expect(await send()).toMatchObject({ code: "delivery-timeout" });
    expect(world.brokers.get(1)?.status()).toMatchObject({ state: "failed", error: { code: "disk-failed" } });
  });

  it("goes on when the disk is only full", async () => {
    world.storageOf(1).limitBytes(1);
    await send();
    expect(world.brokers.get(1)?.status()).toEqual({ state: "running" });
    world.storageOf(1).limitBytes(Infinity);
  });

  it("refuses records before its disk is full to the last byte, tells the coordinator, and takes them again when there is room", async () => {
    world.storageOf(1).limitBytes(world.storageOf(1).usedBytes + 10);
    await world.run(sleep(world.clock, 2_000));
    expect(world.coordinator.lastHeartbeat).toMatchObject({ diskFull: true });
    expect(await send()).toMatchObject({ code: "delivery-timeout" });
    world.storageOf(1).limitBytes(Infinity);
    await world.run(sleep(world.clock, 2_000));
    expect(world.coordinator.lastHeartbeat).toMatchObject({ diskFull: false });
    expect(await send()).toMatchObject({ offset: 0 });
  });

  it("syncs what is written as soon as there is room for what belongs to it", async () => {
    await world.createTopic("rolled", { partitions: 1, configs: { "segment.ms": "1000" } });
    const producer = world.client().producer({ deliveryTimeoutMs: 30_000 });
    await world.run(producer.open(["rolled"]));
    await world.run(producer.sendAndWait("rolled", { partition: 0, value: bytes("1") }));
    await world.run(sleep(world.clock, 2_000));
    // Room for the record, not for the index of the segment before it.
    world.storageOf(1).limitBytes(world.storageOf(1).usedBytes + 100);
    const sent = producer.sendAndWait("rolled", { partition: 0, value: bytes("2") });
    await world.run(sleep(world.clock, 2_000));
    expect(world.coordinator.lastHeartbeat).toMatchObject({ diskFull: true });
    world.storageOf(1).limitBytes(Infinity);
    expect(await world.run(sent)).toMatchObject({ offset: 1 });
  });

  it("serves a partition for which there was no room as soon as there is", async () => {
    world.storageOf(1).limitBytes(1);
    await world.createTopic("u", { partitions: 1 });
    world.storageOf(1).limitBytes(Infinity);
    const producer = world.client().producer({ deliveryTimeoutMs: 5_000 });
    await world.run(producer.open(["u"]));
    expect(await world.run(producer.sendAndWait("u", { partition: 0, value: bytes("1") }))).toMatchObject({ offset: 0 });
  });

  it("stops on a full disk as on any other, and has everything that was acknowledged when it starts again", async () => {
    expect(await send()).toMatchObject({ offset: 0 });
    const said: string[] = [];
    world.logger = { ...world.logger, warn: (text: string) => void said.push(text) };
    await world.run(world.brokers.get(1)?.stop() ?? Promise.resolve());
    await world.startBroker(1); // with the logger that remembers
    expect(await send()).toMatchObject({ offset: 1 });
    world.storageOf(1).limitBytes(world.storageOf(1).usedBytes);
    await world.run(world.brokers.get(1)?.stop() ?? Promise.resolve());
    expect(world.brokers.get(1)?.status()).toEqual({ state: "stopped" });
    expect(said).toContainEqual(expect.stringContaining("stopped with a full disk"));
    world.storageOf(1).limitBytes(Infinity);
    await world.startBroker(1);
    expect(await send()).toMatchObject({ offset: 2 });
  });
});
