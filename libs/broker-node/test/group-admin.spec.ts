import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Admin } from "@millrace/client";
import { GROUP_OFFSETS_TOPIC } from "@millrace/model";
import { bytes, World } from "./world.ts";

describe("administration of groups and records", () => {
  let world: World;
  let admin: Admin;

  beforeEach(async () => {
    world = await World.create([1, 2]);
    await world.createTopic("flights", { partitions: 2 });
    await world.createTopic(GROUP_OFFSETS_TOPIC, { partitions: 2 });
    admin = world.client().admin();
  });
  afterEach(() => world.stop());

  async function member(groupId: string) {
    const consumer = world.client().consumer({ groupId, clientId: "spec", offsetReset: "earliest" });
    await world.run(consumer.subscribe({ topics: ["flights"] }));
    await world.run(consumer.poll({ timeoutMs: 500 }));
    return consumer;
  }

  it("lists groups of all brokers, and describes one", async () => {
    for (const group of ["g", "h", "i"]) await world.run(admin.alterGroupOffsets(group, [{ topic: "flights", partition: 0, offset: 1 }]));
    const consumer = await member("j");
    expect((await world.run(admin.listGroups())).map(({ groupId, type, state }) => `${groupId} ${type} ${state}`)).toEqual([
      "g classic Empty",
      "h classic Empty",
      "i classic Empty",
      "j consumer Stable",
    ]);
    expect((await world.run(admin.listGroups({ states: ["stable"] }))).map(({ groupId }) => groupId)).toEqual(["j"]);
    const described = await world.run(admin.describeGroup("j"));
    expect(described).toMatchObject({ type: "consumer", assignor: "uniform", groupEpoch: 1 });
    expect(described.members).toMatchObject([{ clientId: "spec", subscribedTopics: ["flights"], assigned: consumer.assignment() }]);
    await expect(world.run(admin.describeGroup("nothing"))).rejects.toMatchObject({ code: "group-id-not-found" });
  });

  it("moves and deletes offsets of a group without members only", async () => {
    const place = { topic: "flights", partition: 1 };
    await world.run(admin.alterGroupOffsets("g", [{ ...place, offset: 3 }]));
    expect(await world.run(admin.groupOffsets("g"))).toEqual([{ ...place, offset: 3, metadata: "" }]);
    const consumer = await member("g");
    await expect(world.run(admin.alterGroupOffsets("g", [{ ...place, offset: 4 }]))).rejects.toMatchObject({ code: "unknown-member-id" });
    expect((await world.run(admin.deleteGroupOffsets("g", [place])))[0]?.error?.code).toBe("group-subscribed-to-topic");
    expect((await world.run(admin.deleteGroups(["g"])))[0]?.error?.code).toBe("non-empty-group");
    await world.run(consumer.close());
    expect(await world.run(admin.deleteGroupOffsets("g", [place]))).toEqual([{ ...place, error: undefined }]);
    expect((await world.run(admin.groupOffsets("g"))).map(({ partition }) => partition)).toEqual([0]);
    expect((await world.run(admin.deleteGroups(["g"])))[0]?.error).toBeUndefined();
    expect(await world.run(admin.listGroups())).toEqual([]);
  });

  it("deletes records up to an offset, or all, on whichever broker leads", async () => {
    const producer = world.client().producer();
    await world.run(producer.open(["flights"]));
    for (let index = 0; index < 10; index++) producer.send("flights", { value: bytes("x"), partition: index % 2 });
    await world.run(producer.flush());
    const deleted = await world.run(
      admin.deleteRecords([
        { topic: "flights", partition: 0, beforeOffset: 3 },
        { topic: "flights", partition: 1, beforeOffset: "latest" },
      ]),
    );
    expect(deleted.map(({ logStartOffset }) => logStartOffset)).toEqual([3, 5]);
    await expect(world.run(admin.deleteRecords([{ topic: "flights", partition: 0, beforeOffset: 99 }]))).rejects.toMatchObject({
      code: "invalid-request",
    });
    await expect(world.run(admin.deleteRecords([{ topic: "flights", partition: 7, beforeOffset: 0 }]))).rejects.toMatchObject({
      code: "unknown-partition",
    });
  });

  it("adds partitions, which a producer learns of by opening the topic again", async () => {
    const producer = world.client().producer();
    await world.run(producer.open(["flights"]));
    const grown = await world.run(admin.createPartitions("flights", 4));
    expect(grown.partitions).toHaveLength(4);
    expect(() => producer.send("flights", { value: bytes("x"), partition: 3 })).toThrow("no such partition");
    await world.run(producer.open(["flights"]));
    expect(await world.run(producer.sendAndWait("flights", { value: bytes("x"), partition: 3 }))).toEqual({ partition: 3, offset: 0 });
  });

  it("alters settings, and describes all of them", async () => {
    await world.run(admin.alterTopicConfigs("flights", [{ operation: "set", name: "retention.ms", value: "60000" }]));
    const settings = await world.run(admin.describeTopicConfigs("flights"));
    expect(settings.find(({ name }) => name === "retention.ms")).toMatchObject({ value: "60000", defaultValue: "604800000", isSet: true });
    expect(settings.filter(({ isSet }) => isSet)).toHaveLength(1);
  });
});
