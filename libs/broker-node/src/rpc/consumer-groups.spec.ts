import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { ConsumerGroupService, type GroupAssignment, type ServiceClient, TransactionService } from "@millrace/contracts";
import { consumerGroupHeartbeatApi, joinGroupApi, offsetFetchApi, syncGroupApi, ZERO_UUID } from "@millrace/kafka-wire";
import { GROUP_OFFSETS_TOPIC, TRANSACTION_STATE_TOPIC } from "@millrace/model";
import { World } from "../../test/world.ts";

/** Partitions of a message, as text. */
const shown = (assignment: GroupAssignment | undefined): string | undefined =>
  assignment?.topics.map(({ topic, partitions }) => `${topic}:${partitions.join()}`).join(" ");

describe("consumer groups over gRPC", () => {
  let world: World;
  let groups: ServiceClient<typeof ConsumerGroupService>;

  beforeEach(async () => {
    world = await World.create([1, 2]);
    await world.createTopic("flights", { partitions: 4 });
    await world.createTopic(GROUP_OFFSETS_TOPIC, { partitions: 2 });
    groups = world.loopback.client(ConsumerGroupService, "broker-1:9190");
  });
  afterEach(() => world.stop());

  const join = (groupId: string, memberId: string, topics = ["flights"]) =>
    world.run(groups.groupHeartbeat({ groupId, memberId, memberEpoch: 0, clientId: "spec", subscribedTopics: { names: topics } }));
  const beat = (groupId: string, memberId: string, memberEpoch: number, partitions?: number[]) => {
    const owned = partitions === undefined ? {} : { owned: { topics: [{ topic: "flights", partitions }] } };
    return world.run(groups.groupHeartbeat({ groupId, memberId, memberEpoch, ...owned }));
  };
  const commit = (groupId: string, of: { memberId?: string; memberEpoch?: number; topic?: string; offset?: bigint } = {}) => {
    const { topic = "flights", offset = 7n, ...member } = of;
    return world.run(groups.commitOffsets({ groupId, ...member, offsets: [{ topic, partition: 1, offset, metadata: "note" }] }));
  };

  // Two names, since one of them may live on the broker that is asked.
  it.each(["g", "h", "i", "j"])("serves group %s from any broker, whichever coordinates it", async (group) => {
    const joined = await join(group, "a");
    expect(joined).toMatchObject({ memberId: "a", memberEpoch: 1, heartbeatIntervalMs: 5_000 });
    expect(shown(joined.assignment)).toBe("flights:0,1,2,3");
    expect((await commit(group, { memberId: "a", memberEpoch: 1 })).results[0]?.error).toBeUndefined();
    const [offset] = (await world.run(groups.fetchOffsets({ groupId: group }))).offsets;
    expect(offset).toMatchObject({ topic: "flights", partition: 1, offset: 7n, leaderEpoch: -1, metadata: "note" });
    const [described] = (await world.run(groups.describeGroups({ groupIds: [group] }))).groups;
    const { brokerId } = await world.run(groups.findGroupCoordinator({ groupId: group }));
    expect(described).toMatchObject({ type: "consumer", state: "Stable", assignor: "uniform", coordinatorBrokerId: brokerId });
    expect(described?.members[0]).toMatchObject({ memberId: "a", clientId: "spec", memberEpoch: 1, subscribedTopics: ["flights"] });
  });

  it("gives a partition to the second member only when the first has let go, and all back when it leaves", async () => {
    await join("g", "a");
    const second = await join("g", "b");
    expect(shown(second.assignment)).toBe("");
    const told = await beat("g", "a", 1);
    const [kept] = told.assignment?.topics ?? [];
    expect(kept?.partitions).toHaveLength(2);
    expect((await beat("g", "b", second.memberEpoch)).assignment).toBeUndefined();
    const released = await beat("g", "a", told.memberEpoch, kept?.partitions);
    expect(released.memberEpoch).toBe(2);
    const given = await beat("g", "b", second.memberEpoch);
    expect([...(given.assignment?.topics[0]?.partitions ?? []), ...(kept?.partitions ?? [])].toSorted()).toEqual([0, 1, 2, 3]);
    await beat("g", "a", -1);
    const all = await beat("g", "b", given.memberEpoch, given.assignment?.topics[0]?.partitions);
    expect(shown(all.assignment)).toBe("flights:0,1,2,3");
  });

  it("is the same group for a Kafka client of the new protocol", async () => {
    await join("g", "a");
    const { brokerId } = await world.run(groups.findGroupCoordinator({ groupId: "g" }));
    const kafka = world.kafka.connect(`broker-${brokerId}:9092`);
    const heartbeat = (memberEpoch: number) =>
      world.run(
        kafka.ask(consumerGroupHeartbeatApi, 1, {
          groupId: "g",
          memberId: "k",
          memberEpoch,
          rebalanceTimeoutMs: memberEpoch === 0 ? 30_000 : -1,
          subscribedTopicNames: memberEpoch === 0 ? ["flights"] : null,
          topicPartitions: memberEpoch === 0 ? [] : null,
        }),
      );
    const joined = await heartbeat(0);
    expect(joined?.errorCode).toBe(0);
    const told = await beat("g", "a", 1);
    const released = await beat("g", "a", told.memberEpoch, told.assignment?.topics[0]?.partitions);
    const given = await heartbeat(joined?.memberEpoch ?? -1);
    const theirs = given?.assignment?.topicPartitions[0]?.partitions ?? [];
    expect([...theirs, ...(told.assignment?.topics[0]?.partitions ?? [])].toSorted()).toEqual([0, 1, 2, 3]);
    expect((await commit("g", { memberId: "a", memberEpoch: released.memberEpoch })).results[0]?.error).toBeUndefined();
    const topics = [{ name: "flights", topicId: ZERO_UUID, partitionIndexes: [1] }];
    const fetched = await world.run(kafka.ask(offsetFetchApi, 8, { groupId: "", topics: null, groups: [{ groupId: "g", topics }] }));
    expect(fetched?.groups[0]?.topics[0]?.partitions[0]).toMatchObject({ committedOffset: 7, metadata: "note" });
  });

  it("shows what members of the classic protocol have, and takes none of its own beside them", async () => {
    const { brokerId } = await world.run(groups.findGroupCoordinator({ groupId: "g" }));
    const kafka = world.kafka.connect(`broker-${brokerId}:9092`);
    const metadata = Uint8Array.from(Buffer.from("0000000000010007666c6967687473ffffffff", "hex"));
    const assignment = Uint8Array.from(Buffer.from("0000000000010007666c6967687473000000020000000000000001ffffffff", "hex"));
    const common = { groupId: "g", protocolType: "consumer" };
    const timeouts = { sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 20_000, memberId: "" };
    const joined = await world.run(kafka.ask(joinGroupApi, 3, { ...common, ...timeouts, protocols: [{ name: "range", metadata }] }));
    const { memberId = "", generationId = -1 } = joined ?? {};
    await world.run(kafka.ask(syncGroupApi, 3, { ...common, memberId, generationId, assignments: [{ memberId, assignment }] }));
    const [described] = (await world.run(groups.describeGroups({ groupIds: ["g"] }))).groups;
    expect(described).toMatchObject({ type: "classic", state: "Stable", assignor: "range", groupEpoch: -1 });
    expect(described?.members[0]).toMatchObject({ memberId, memberEpoch: -1, subscribedTopics: ["flights"] });
    expect(shown(described?.members[0]?.assignment)).toBe("flights:0,1");
    await expect(join("g", "a")).rejects.toMatchObject({ kind: "conflict", code: "group-has-classic-members" });
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ["an empty group id", () => join("", "a"), "invalid-group-id"],
    ["an epoch that is not the member's", () => join("g", "a").then(() => beat("g", "a", 9)), "fenced-member-epoch"],
    ["a member that it does not have", () => join("g", "a").then(() => beat("g", "b", 1)), "unknown-member-id"],
    ["a commit of somebody else in a group with members", () => join("g", "a").then(() => commit("g")), "unknown-member-id"],
    ["a pattern that is none", () => joinByPattern("("), "invalid-regular-expression"],
  ])("refuses %s", async (_, run, code) => {
    await expect(run()).rejects.toMatchObject({ code });
  });

  const joinByPattern = (subscribedTopicRegex: string) =>
    world.run(groups.groupHeartbeat({ groupId: "g", memberId: "a", memberEpoch: 0, subscribedTopicRegex }));

  it.each<[string, object, string]>([
    ["a topic that is not there", { topic: "nothing" }, "unknown-topic"],
    ["an offset below 0", { offset: -1n }, "invalid-request"],
  ])("refuses a commit of %s alone", async (_, of, code) => {
    expect((await commit("g", of)).results[0]?.error?.code).toBe(code);
  });

  it("lists, deletes offsets, and deletes groups that have no members", async () => {
    await join("g", "a");
    await commit("h");
    const listed = await Promise.all(
      ["broker-1:9190", "broker-2:9190"].map((address) => world.run(world.loopback.client(ConsumerGroupService, address).listGroups({}))),
    );
    const all = listed.flatMap((answer) => answer.groups.map(({ groupId, type, state }) => `${groupId} ${type} ${state}`)).toSorted();
    expect(all).toEqual(["g consumer Stable", "h classic Empty"]);
    const deleteOffsets = (groupId: string) =>
      world.run(groups.deleteOffsets({ groupId, partitions: [{ topic: "flights", partition: 1 }] }));
    expect((await deleteOffsets("g")).results[0]?.error?.code).toBe("group-subscribed-to-topic");
    expect((await deleteOffsets("h")).results[0]?.error).toBeUndefined();
    await commit("h");
    const { results } = await world.run(groups.deleteGroups({ groupIds: ["g", "h", "nothing"] }));
    expect(results.map(({ groupId, error }) => `${groupId} ${error?.code ?? "deleted"}`)).toEqual([
      "g non-empty-group",
      "h deleted",
      "nothing group-id-not-found",
    ]);
  });

  it("lets offsets of a transaction take effect with its commit only", async () => {
    await world.createTopic(TRANSACTION_STATE_TOPIC, { partitions: 1 });
    const transactions = world.loopback.client(TransactionService, "broker-1:9190");
    const { address } = await world.run(transactions.findTransactionCoordinator({ transactionalId: "t" }));
    const served = world.loopback.client(TransactionService, address);
    const { producerId, producerEpoch } = await world.run(served.initProducerId({ transactionalId: "t" }));
    const owner = { transactionalId: "t", producerId, producerEpoch };
    const offsets = [{ topic: "flights", partition: 0, offset: 5n }];
    const commitInTransaction = () => world.run(groups.commitTransactionalOffsets({ ...owner, groupId: "g", offsets }));
    await expect(commitInTransaction()).rejects.toMatchObject({ code: "invalid-transaction-state" });
    await world.run(served.addOffsets({ ...owner, groupId: "g" }));
    expect((await commitInTransaction()).results[0]?.error).toBeUndefined();
    const fetchOne = async (requireStable: boolean) => {
      const request = { groupId: "g", partitions: [{ topic: "flights", partition: 0 }], requireStable };
      const [found] = (await world.run(groups.fetchOffsets(request))).offsets;
      return found?.error?.code ?? found?.offset;
    };
    expect(await fetchOne(false)).toBe(-1n);
    expect(await fetchOne(true)).toBe("unstable-offset-commit");
    await world.run(served.endTransaction({ ...owner, commit: true }));
    expect(await fetchOne(true)).toBe(5n);
  });
});
