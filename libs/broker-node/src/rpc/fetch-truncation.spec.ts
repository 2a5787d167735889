import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { BrokerService, type FetchResult } from "@millrace/contracts";
import { bytes, text, World } from "../../test/world.ts";

const TOPIC_ID = "f".repeat(32);

/** Broker 2 is elected without what broker 1 acknowledged alone: an unclean election. */
describe("a log that was cut behind its reader's back", () => {
  let world: World;

  beforeEach(async () => {
    world = await World.create([1, 2]);
    await tell({ replicas: [1, 2], leader: 1, epoch: 0 });
    for (const value of ["a", "b"]) await produce(value, 1);
    await tell({ replicas: [1, 2], leader: 1, epoch: 1, inSyncSet: [1] });
    await world.run(world.brokers.get(2)?.stop() ?? Promise.resolve());
    await pass(12_000); // it was level a moment ago, and would be waited for (R6)
    for (const value of ["c", "d"]) await produce(value, 1);
  });
  afterEach(() => world.stop());

  async function tell(of: { replicas: number[]; leader: number; epoch: number; inSyncSet?: number[] }): Promise<void> {
    const { replicas, leader, epoch, inSyncSet = replicas } = of;
    const moving = { addingReplicas: [], removingReplicas: [] };
    const state = { partition: 0, replicas, leader, leaderEpoch: epoch, inSyncSet, partitionEpoch: epoch, ...moving };
    const configs = { "min.insync.replicas": "1" };
    world.coordinator.tell({ topics: [{ name: "t", topicId: TOPIC_ID, internal: false, configs, partitions: [state] } as never] });
    await pass(1_000);
  }

  async function pass(ms: number): Promise<void> {
    await world.clock.advance(ms);
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  const service = (broker: number) => world.loopback.client(BrokerService, `broker-${broker}:9190`);

  async function produce(value: string, leader: number): Promise<void> {
    const partitions = [{ topic: "t", data: { case: "records" as const, value: { records: [{ value: bytes(value) }] } } }];
    const { results } = await world.run(service(leader).produce({ partitions }));
    expect(results[0]?.error).toBeUndefined();
  }

  async function electTheOther(): Promise<void> {
    await world.startBroker(2);
    await tell({ replicas: [1, 2], leader: 2, epoch: 2, inSyncSet: [2] });
    await pass(3_000);
  }

  async function fetchFrom(offset: number, lastFetchedEpoch?: number): Promise<FetchResult | undefined> {
    const asked = { topic: "t", partition: 0, offset: BigInt(offset), ...(lastFetchedEpoch === undefined ? {} : { lastFetchedEpoch }) };
    return (await world.run(service(2).fetch({ partitions: [asked] }))).results[0];
  }

  it("is told to a reader that says of which epoch its last record is, also where the log has grown past its position", async () => {
    await electTheOther();
    const at = { divergingEpoch: "0", divergingOffset: "2" };
    expect((await fetchFrom(4, 1))?.error).toMatchObject({ code: "log-truncated", context: at });
    for (const value of ["e", "f", "g"]) await produce(value, 2);
    expect((await fetchFrom(4, 1))?.error).toMatchObject({ code: "log-truncated", context: at });
    expect((await fetchFrom(4))?.error).toBeUndefined();
    expect((await fetchFrom(2, 0))?.error).toBeUndefined();
    expect((await fetchFrom(5, 2))?.error).toBeUndefined();
  });

  it.each(["none", "earliest"] as const)("reaches a consumer that was in the middle, with offsetReset=%s", async (offsetReset) => {
    const consumer = world.client().consumer({ offsetReset });
    consumer.assign([{ topic: "t", partition: 0, offset: "earliest" }]);
    const values: string[] = [];
    const read = async (count: number) => {
      for (let got = 0; got < count;) {
        const group = await world.run(consumer.poll({ timeoutMs: 30_000 }));
        if (group === undefined) throw new Error("nothing came");
        values.push(...group.records.map(({ value }) => text(value)));
        got += group.records.length;
        if (group.truncation !== undefined) values.push(`cut at ${group.truncation.offset}, was at ${group.truncation.position}`);
      }
    };
    await read(4);
    await electTheOther();
    for (const value of ["e", "f", "g"]) await produce(value, 2);
    if (offsetReset === "none") {
      await expect(read(1)).rejects.toMatchObject({ code: "log-truncated" });
      consumer.seek({ topic: "t", partition: 0, offset: 2 });
    }
    await read(3);
    const told = values.filter((value) => value.startsWith("cut"));
    expect(values.filter((value) => !value.startsWith("cut"))).toEqual(["a", "b", "c", "d", "e", "f", "g"]);
    expect(told).toEqual(offsetReset === "none" ? [] : ["cut at 2, was at 4"]);
    await consumer.close();
  });

  it("reaches a consumer that begins where it was committed, with the epoch that was committed beside it", async () => {
    await electTheOther();
    for (const value of ["e", "f", "g"]) await produce(value, 2);
    const consumer = world.client().consumer({ offsetReset: "none" });
    const poll = () => world.run(consumer.poll({ timeoutMs: 30_000 }));
    consumer.assign([{ topic: "t", partition: 0, offset: 4, leaderEpoch: 1 }]);
    await expect(poll()).rejects.toMatchObject({ code: "log-truncated", kind: "conflict" });
    consumer.seek({ topic: "t", partition: 0, offset: 4 });
    expect((await poll())?.records).toHaveLength(1);
    await consumer.close();
  });
});
