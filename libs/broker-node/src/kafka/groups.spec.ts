import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import {
  deleteGroupsApi,
  describeGroupsApi,
  findCoordinatorApi,
  heartbeatApi,
  joinGroupApi,
  leaveGroupApi,
  listGroupsApi,
  offsetCommitApi,
  offsetFetchApi,
  syncGroupApi,
  ZERO_UUID,
} from "@millrace/kafka-wire";
import { GROUP_OFFSETS_TOPIC } from "@millrace/model";
import { settle } from "@millrace/testkit";
import type { KafkaTestClient } from "../../test/kafka-loopback.ts";
import { bytes, text, World } from "../../test/world.ts";

const NO_BYTES = new Uint8Array(0);

describe("consumer groups", () => {
  let world: World;
  let client: KafkaTestClient;

  beforeEach(async () => {
    world = await World.create();
    await world.createTopic("flights", { partitions: 2 });
    await world.createTopic(GROUP_OFFSETS_TOPIC, { partitions: 3 });
    client = world.kafka.connect();
  });
  afterEach(() => world.stop());

  interface Joining {
    readonly memberId?: string;
    readonly version?: number;
    readonly instanceId?: string;
  }

  const join = (via: KafkaTestClient, { memberId = "", version = 9, instanceId }: Joining = {}) =>
    via.ask(joinGroupApi, version, {
      groupId: "g",
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 20_000,
      memberId,
      groupInstanceId: instanceId ?? null,
      protocolType: "consumer",
      protocols: [{ name: "range", metadata: bytes("subscription") }],
    });
  const sync = (
    via: KafkaTestClient,
    of: { memberId: string; generationId: number },
    assignments: { memberId: string; assignment: Uint8Array }[] = [],
  ) => world.run(via.ask(syncGroupApi, 5, { groupId: "g", ...of, protocolType: "consumer", protocolName: "range", assignments }));
  const commit = (of: { memberId?: string; generation?: number; offset?: number; topic?: string; version?: number; topicId?: string }) => {
    const { memberId = "", generation = -1, offset = 7, topic = "flights", version = 9, topicId = ZERO_UUID } = of;
    const partitions = [{ partitionIndex: 1, committedOffset: offset, committedLeaderEpoch: 3, committedMetadata: "note" }];
    const topics = [{ name: topic, topicId, partitions }];
    return world.run(client.ask(offsetCommitApi, version, { groupId: "g", generationIdOrMemberEpoch: generation, memberId, topics }));
  };
  const fetchOffsets = async (version: number) => {
    const topics = [{ name: "flights", topicId: ZERO_UUID, partitionIndexes: [0, 1] }];
    const request = version >= 8 ? { groupId: "", topics: null, groups: [{ groupId: "g", topics }] } : { groupId: "g", topics, groups: [] };
    const answer = await world.run(client.ask(offsetFetchApi, version, request));
    return (version >= 8 ? answer?.groups[0] : answer)?.topics[0]?.partitions.map(
      ({ committedOffset, committedLeaderEpoch, metadata, errorCode }) => [committedOffset, committedLeaderEpoch, metadata, errorCode],
    );
  };

  /** A member that joins a group of its own: told its id first, as versions from 4 on want it. */
  async function member(via: KafkaTestClient): Promise<{ memberId: string; generationId: number }> {
    const told = await world.run(join(via));
    expect(told?.errorCode).toBe(79);
    const joined = await world.run(join(via, { memberId: told?.memberId ?? "" }));
    expect(joined).toMatchObject({ errorCode: 0, protocolName: "range", leader: told?.memberId });
    return { memberId: joined?.memberId ?? "", generationId: joined?.generationId ?? -1 };
  }

  it("finds the broker that coordinates, and says so in both layouts", async () => {
    for (const version of [0, 3, 4, 6]) {
      const answer = await world.run(client.ask(findCoordinatorApi, version, { key: "g", keyType: 0, coordinatorKeys: ["g"] }));
      expect(version >= 4 ? answer?.coordinators[0] : answer).toMatchObject({ errorCode: 0, host: "broker-1", port: 9092 });
    }
    const shares = await client.ask(findCoordinatorApi, 6, { key: "", keyType: 2, coordinatorKeys: ["g:t:0"] });
    expect(shares?.coordinators[0]?.errorCode).toBe(42);
  });

  it("hands the leader's bytes to each member untouched", async () => {
    const [first, second] = [world.kafka.connect(), world.kafka.connect()];
    const a = await member(first);
    await sync(first, a, [{ memberId: a.memberId, assignment: bytes("all") }]);
    const told = await world.run(join(second));
    const joining = join(second, { memberId: told?.memberId ?? "" });
    const heard = await world.run(first.ask(heartbeatApi, 4, { groupId: "g", ...a }));
    expect(heard?.errorCode).toBe(27);
    const again = await world.run(join(first, { memberId: a.memberId }));
    const b = await world.run(joining);
    expect(again?.members.map(({ memberId }) => memberId).sort()).toEqual([a.memberId, b?.memberId].sort());
    expect(b?.members).toEqual([]);
    const generationId = again?.generationId ?? -1;
    const waiting = second.ask(syncGroupApi, 5, {
      groupId: "g",
      generationId,
      memberId: b?.memberId ?? "",
      protocolType: "consumer",
      protocolName: "range",
      assignments: [],
    });
    const assignments = [
      { memberId: a.memberId, assignment: bytes("left") },
      { memberId: b?.memberId ?? "", assignment: bytes("right") },
    ];
    expect(text((await sync(first, { memberId: a.memberId, generationId }, assignments))?.assignment ?? null)).toBe("left");
    expect(text((await world.run(waiting))?.assignment ?? null)).toBe("right");
    expect(await sync(first, { memberId: a.memberId, generationId: 1 })).toMatchObject({ errorCode: 22, assignment: NO_BYTES });
  });

  it("has no offsets of a topic that was made anew, also where a tombstone is missing", async () => {
    await commit({});
    world.coordinator.recreateUnheard("flights");
    const flights = world.coordinator.topicOf("flights");
    world.coordinator.tell({ topics: [flights] }); // the new one is heard of before the old one is gone
    for (let turn = 0; turn < 5; turn++) await settle();
    expect(await fetchOffsets(9)).toEqual([
      [-1, -1, "", 0],
      [-1, -1, "", 0],
    ]);
    await commit({ offset: 3 });
    expect((await fetchOffsets(9))?.[1]).toEqual([3, 3, "note", 0]);
  });

  it("goes on with one of two replicas of its log in sync", async () => {
    for (const partition of [0, 1, 2])
      world.coordinator.alterPartition(GROUP_OFFSETS_TOPIC, partition, { replicas: [1, 2], inSyncSet: [1] });
    await settle();
    expect((await commit({}))?.topics[0]?.partitions[0]?.errorCode).toBe(0);
  });

  it("admits old clients directly (v0)", async () => {
    const joined = await world.run(join(client, { version: 0 }));
    expect(joined).toMatchObject({ errorCode: 0, generationId: 1 });
  });

  it("keeps committed offsets over a power cut, epoch and metadata included", async () => {
    expect((await commit({}))?.topics[0]?.partitions[0]?.errorCode).toBe(0);
    await world.powerLoss(1);
    client = world.kafka.connect();
    for (const version of [1, 5, 7, 8, 9]) {
      expect(await fetchOffsets(version)).toEqual([
        [-1, -1, "", 0],
        [7, version >= 5 ? 3 : -1, "note", 0],
      ]);
    }
  });

  it.each([
    ["a topic that is not there", { topic: "nothing" }, 3],
    ["a topic id that is not there", { version: 10, topicId: "e".repeat(32) }, 100],
    ["a generation of a group that has none", { memberId: "nobody", generation: 1 }, 22],
  ])("refuses to commit for %s", async (_, of, errorCode) => {
    expect((await commit(of))?.topics[0]?.partitions[0]?.errorCode).toBe(errorCode);
  });

  it("describes, lists and deletes groups", async () => {
    const a = await member(client);
    await sync(client, a, [{ memberId: a.memberId, assignment: bytes("all") }]);
    const described = await client.ask(describeGroupsApi, 6, { groups: ["g", "unknown"], includeAuthorizedOperations: false });
    expect(described?.groups.map(({ groupState, errorCode }) => [groupState, errorCode])).toEqual([
      ["Stable", 0],
      ["Dead", 69],
    ]);
    expect(described?.groups[0]?.members[0]).toMatchObject({ clientId: "spec", clientHost: "/client" });
    expect(
      (await client.ask(listGroupsApi, 5, { statesFilter: ["stable"], typesFilter: [] }))?.groups.map(({ groupId }) => groupId),
    ).toEqual(["g"]);
    expect((await client.ask(deleteGroupsApi, 2, { groupsNames: ["g"] }))?.results[0]?.errorCode).toBe(68);
    await world.run(
      client.ask(leaveGroupApi, 5, {
        groupId: "g",
        memberId: "",
        members: [{ memberId: a.memberId, groupInstanceId: null, reason: null }],
      }),
    );
    expect((await world.run(client.ask(deleteGroupsApi, 2, { groupsNames: ["g"] })))?.results[0]?.errorCode).toBe(0);
  });

  it("sends members that wait away when the broker stops", async () => {
    const a = await member(client);
    const other = world.kafka.connect();
    const told = await world.run(join(other));
    const waiting = join(other, { memberId: told?.memberId ?? "" });
    expect(a.generationId).toBe(1);
    await world.run(world.brokers.get(1)?.stop() ?? Promise.resolve());
    expect((await waiting)?.errorCode).toBe(16);
  });
});
