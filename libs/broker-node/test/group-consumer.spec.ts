import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Consumer, ConsumerSettings, GroupListener } from "@millrace/client";
import { GROUP_OFFSETS_TOPIC, TRANSACTION_STATE_TOPIC, type TopicPartition } from "@millrace/model";
import { bytes, text, World } from "./world.ts";

const shown = (partitions: readonly TopicPartition[]): string =>
  partitions
    .map(({ topic, partition }) => `${topic}-${partition}`)
    .sort()
    .join(" ");

describe("consumers in groups", () => {
  let world: World;

  beforeEach(async () => {
    world = await World.create([1, 2]);
    await world.createTopic("flights", { partitions: 4 });
    await world.createTopic(GROUP_OFFSETS_TOPIC, { partitions: 2 });
  });
  afterEach(() => world.stop());

  async function produce(count: number, topic = "flights"): Promise<void> {
    const producer = world.client().producer();
    await world.run(producer.open([topic]));
    const partitions = topic === "flights" ? 4 : 1;
    for (let index = 0; index < count; index++) producer.send(topic, { value: bytes(`${index}`), partition: index % partitions });
    await world.run(producer.flush());
  }

  async function member(settings: Partial<ConsumerSettings> = {}, listener: GroupListener = {}, topics = ["flights"]): Promise<Consumer> {
    const consumer = world.client().consumer({ groupId: "g", offsetReset: "earliest", ...settings });
    await world.run(consumer.subscribe({ topics }, listener));
    return consumer;
  }

  /** All values that come until nothing comes for a while. */
  async function read(consumer: Consumer, timeoutMs = 1_000): Promise<string[]> {
    const values: string[] = [];
    for (;;) {
      const group = await world.run(consumer.poll({ timeoutMs }));
      if (group === undefined) return values;
      values.push(...group.records.map(({ value }) => text(value)));
    }
  }

  const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `${index}`).sort();

  it("divides partitions, each record to one member; who leaves gives all back with its offsets", async () => {
    await produce(40);
    const a = await member();
    expect((await read(a)).sort()).toEqual(numbers(40));
    const b = await member();
    await Promise.all([read(a, 15_000), read(b, 15_000)]);
    expect([a.assignment().length, b.assignment().length]).toEqual([2, 2]);
    expect(shown([...a.assignment(), ...b.assignment()])).toBe("flights-0 flights-1 flights-2 flights-3");
    await produce(8);
    const both = await Promise.all([read(a), read(b)]);
    expect(both.map((values) => values.length)).toEqual([4, 4]);
    await world.run(b.close());
    expect(await read(a, 15_000)).toEqual([]);
    expect(a.assignment()).toHaveLength(4);
    await world.run(a.close());
    const next = await member();
    expect(await read(next)).toEqual([]);
    expect((await world.run(next.committed(next.assignment()))).map(({ offset }) => offset)).toEqual([12, 12, 12, 12]);
  });

  it("keeps what was read and not asked beyond uncommitted until the next poll", async () => {
    await produce(4);
    const a = await member({ autoCommitIntervalMs: 1 });
    const group = await world.run(a.poll({ timeoutMs: 5_000 }));
    const place = { topic: "flights", partition: group?.partition ?? -1 };
    expect(await world.run(a.committed([place]))).toEqual([]);
    await world.clock.advance(10);
    await world.run(a.poll({ timeoutMs: 1_000 }));
    await world.clock.advance(10);
    expect(await world.run(a.committed([place]))).toMatchObject([{ ...place, offset: 1 }]);
  });

  it.each<[ConsumerSettings["offsetReset"], number]>([
    ["earliest", 4],
    ["latest", 0],
  ])("without an offset begins at the %s", async (offsetReset, count) => {
    await produce(4);
    const a = await member({ offsetReset });
    expect(await read(a)).toHaveLength(count);
    await produce(4);
    expect(await read(a)).toHaveLength(4);
  });

  it("without an offset and a policy says so, until it is sought", async () => {
    await produce(4);
    const a = await member({ offsetReset: "none" });
    await expect(world.run(a.poll({ timeoutMs: 5_000 }))).rejects.toMatchObject({ code: "no-committed-offset" });
    for (const { topic, partition } of a.assignment()) a.seek({ topic, partition, offset: "earliest" });
    expect(await read(a)).toHaveLength(4);
  });

  it("pauses, resumes, seeks and commits by hand", async () => {
    await produce(8);
    const a = await member({ autoCommit: false });
    await read(a);
    const [first] = a.assignment();
    if (first === undefined) throw new Error("nothing assigned");
    a.pause([first]);
    a.seek({ ...first, offset: 1 });
    expect(await read(a)).toEqual([]);
    expect(shown(a.paused())).toBe(shown([first]));
    a.resume([first]);
    expect(await read(a)).toEqual([`${4 + first.partition}`]);
    await world.run(a.commit([{ ...first, offset: 1, metadata: "here" }]));
    await world.run(a.close());
    const b = await member({ autoCommit: false });
    expect((await read(b)).filter((value) => Number(value) % 4 === first.partition)).toEqual([`${4 + first.partition}`]);
    expect(await world.run(b.committed([first]))).toEqual([{ ...first, offset: 1, metadata: "here" }]);
  });

  it("tells what comes and goes, and waits for the listener before others get it", async () => {
    const told: string[] = [];
    await produce(40);
    const a: Consumer = await member(
      { autoCommit: false },
      {
        onAssigned: (partitions) => void told.push(`a+ ${shown(partitions)}`),
        onRevoked: async (partitions) => {
          await a.commit();
          told.push(`a- ${shown(partitions)}`);
        },
      },
    );
    await read(a);
    const b = await member({ autoCommit: false }, { onAssigned: (partitions) => void told.push(`b+ ${shown(partitions)}`) });
    const [, seenByB] = await Promise.all([read(a, 15_000), read(b, 15_000)]);
    expect(told.map((line) => line.slice(0, 2))).toEqual(["a+", "a-", "b+"]);
    expect(told[1]?.slice(3)).toBe(told[2]?.slice(3));
    expect(seenByB).toEqual([]); // committed in onRevoked
  });

  it("loses its partitions when its caller does not poll, and comes back with the next poll", async () => {
    const told: string[] = [];
    await produce(4);
    const a = await member({ pollIntervalMsMax: 20_000 }, { onLost: (partitions) => void told.push(`lost ${partitions.length}`) });
    await read(a);
    const b = await member();
    await world.run(
      (async () => {
        while (b.assignment().length < 4) await b.poll({ timeoutMs: 1_000 });
      })(),
    );
    expect(told).toEqual([]);
    await Promise.all([read(a, 20_000), read(b, 20_000)]);
    expect(told).toEqual(["lost 4"]);
    expect(shown([...a.assignment(), ...b.assignment()])).toBe("flights-0 flights-1 flights-2 flights-3");
    expect(a.assignment()).toHaveLength(2);
  });

  it("follows topics that a pattern matches as they come", async () => {
    const consumer = world.client().consumer({ groupId: "g", offsetReset: "earliest" });
    await world.run(consumer.subscribe({ pattern: "orders-.*" }));
    expect(await read(consumer)).toEqual([]);
    await world.createTopic("orders-eu", { partitions: 1 });
    await produce(3, "orders-eu");
    expect(await read(consumer, 10_000)).toEqual(["0", "1", "2"]);
  });

  it("survives a broker that coordinates its group and restarts", async () => {
    await produce(4);
    const a = await member();
    expect(await read(a)).toHaveLength(4);
    await world.powerLoss(1);
    await world.powerLoss(2);
    await produce(4);
    expect((await read(a, 20_000)).length).toBeGreaterThanOrEqual(4);
  });

  it.each<[string, (consumer: Consumer) => Promise<unknown> | void, string]>([
    ["a subscription to nothing", (consumer) => consumer.subscribe({}), "nothing-subscribed"],
    ["assign beside subscribe", (consumer) => consumer.assign([]), "consumer-subscribed"],
    ["pausing what it does not have", (consumer) => consumer.pause([{ topic: "x", partition: 0 }]), "partition-not-assigned"],
    ["seeking what it does not have", (consumer) => consumer.seek({ topic: "x", partition: 0, offset: 0 }), "partition-not-assigned"],
    [
      "a pattern that is none",
      (consumer) => consumer.subscribe({ pattern: "(" }).then(() => consumer.poll({ timeoutMs: 30_000 })),
      "invalid-regular-expression",
    ],
  ])("refuses %s", async (_, act, code) => {
    const a = await member();
    await expect(world.run((async () => act(a))())).rejects.toMatchObject({ code });
  });

  it("refuses what needs a group where there is none", async () => {
    const alone = world.client().consumer();
    await expect(alone.subscribe({ topics: ["flights"] })).rejects.toMatchObject({ code: "no-consumer-group" });
    await expect(alone.commit()).rejects.toMatchObject({ code: "no-consumer-group" });
  });

  it("reads, transforms and writes exactly once, over an abort", async () => {
    await world.createTopic(TRANSACTION_STATE_TOPIC, { partitions: 1 });
    await world.createTopic("out", { partitions: 1 });
    await produce(8);
    const client = world.client();
    const consumer = await member({ autoCommit: false, isolation: "committed" });
    const producer = client.producer({ transactionalId: "t" });
    await world.run(producer.open(["out"]));
    let attempts = 0;
    for (;;) {
      const group = await world.run(consumer.poll({ timeoutMs: 2_000 }));
      if (group === undefined) break;
      const { topic, partition, records, nextOffset } = group;
      producer.beginTransaction();
      for (const { value } of records) producer.send("out", { value: bytes(`${text(value)}!`) });
      await world.run(producer.sendOffsetsToTransaction([{ topic, partition, offset: nextOffset }], consumer.groupIdentity()));
      if (attempts++ === 0) {
        await world.run(producer.abortTransaction());
        consumer.seek({ topic, partition, offset: records[0]?.offset ?? 0 });
      } else await world.run(producer.commitTransaction());
    }
    expect(attempts).toBeGreaterThan(4);
    const out = client.consumer({ isolation: "committed" });
    await world.run(out.assignTopic("out", "earliest"));
    expect((await read(out)).sort()).toEqual(numbers(8).map((value) => `${value}!`));
    expect((await world.run(consumer.committed(consumer.assignment()))).map(({ offset }) => offset)).toEqual([2, 2, 2, 2]);
  });
});
