import { describe, expect, it } from "@jest/globals";
import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  ClusterService,
  ExecutorRegistryService,
  type ExecutorSessionRequestSchema,
  type ExecutorSessionResponse,
  TopicService,
} from "@millrace/contracts";
import { BoundedQueue } from "@millrace/stdx";
import { FakeBroker, LEASE_MS, liveBroker, makeWorld } from "../test/world.ts";

describe("coordinator leadership", () => {
  it("answers calls on a standby with a retriable error that names the leader", async () => {
    const world = makeWorld();
    await world.node("a");
    const b = await world.node("b");
    expect(b.node.status()).toEqual({ role: "standby", leaderAddress: "a:9191" });
    await expect(world.loopback.client(TopicService, "b:9191").listTopics({})).rejects.toMatchObject({
      kind: "retry",
      code: "not-active-coordinator",
      context: { leader: "a:9191" },
    });
  });

  it("hands over to a standby within a lease when the store no longer hears the active one, and refuses its writes", async () => {
    const world = makeWorld();
    const a = await world.node("a");
    await liveBroker(world, "a:9191");
    await world.loopback.client(TopicService, "a:9191").createTopic({ name: "t", partitions: 2 });
    const b = await world.node("b");
    a.store.fail("unreachable");
    await world.clock.advance(LEASE_MS + 1_000);
    expect([a.node.status().role, b.node.status()]).toEqual(["standby", { role: "active", epoch: 2 }]);
    const { topics } = await world.loopback.client(TopicService, "b:9191").listTopics({});
    expect(topics.map((topic) => topic.name)).toEqual(["t"]);
    a.store.heal();
    await world.clock.advance(LEASE_MS);
    expect(a.node.status()).toEqual({ role: "standby", leaderAddress: "b:9191" });
  });

  it("steps down when a commit is fenced, before its lease loop notices", async () => {
    const world = makeWorld();
    const a = await world.node("a");
    await liveBroker(world, "a:9191");
    // Another coordinator takes the lease behind a's back, as after a long pause of a.
    const other = world.server.client();
    const lease = await other.acquireLease({ holder: "a", ttlMs: LEASE_MS });
    expect(lease).toMatchObject({ kind: "acquired", epoch: 2 });
    const before = await other.readAll("topic/");
    await expect(world.loopback.client(TopicService, "a:9191").createTopic({ name: "t" })).rejects.toMatchObject({
      kind: "fenced",
      code: "term-over",
    });
    expect(await other.readAll("topic/")).toEqual(before);
    expect(a.node.status().role).toBe("standby");
  });

  it("gives the lease back when it stops, leaves no timer, and ends sessions with a retriable error", async () => {
    const world = makeWorld();
    const a = await world.node("a");
    const broker = await liveBroker(world, "a:9191");
    await a.node.stop();
    await broker.ended;
    expect(broker.failure).toMatchObject({ kind: "retry", code: "not-active-coordinator" });
    expect(world.clock.pendingTimers).toBe(0);
    expect(await world.server.client().acquireLease({ holder: "b", ttlMs: 1 })).toMatchObject({ kind: "acquired" });
  });

  it("sends a commit whose answer was lost again, and applies it once", async () => {
    const world = makeWorld();
    const a = await world.node("a");
    await liveBroker(world, "a:9191");
    a.store.fail("applied-but-timed-out", 1);
    const created = world.loopback.client(TopicService, "a:9191").createTopic({ name: "t" });
    await world.clock.advance(100);
    expect((await created).topic?.name).toBe("t");
    const [entry] = await a.store.readAll("topic/");
    expect(entry?.version).toBe(1);
  });

  it("stores by one commit what many ask for while another commit is under way", async () => {
    const world = makeWorld();
    const a = await world.node("a");
    await liveBroker(world, "a:9191");
    const commit = a.store.commit.bind(a.store);
    let commits = 0;
    a.store.commit = (...args) => {
      commits++;
      return commit(...args);
    };
    const topics = world.loopback.client(TopicService, "a:9191");
    const names = Array.from({ length: 50 }, (_, index) => `t${index}`);
    const created = await Promise.all(names.map((name) => topics.createTopic({ name, partitions: 2 })));
    expect(created.map(({ topic }) => topic?.name)).toEqual(names);
    expect(commits).toBe(2); // the first alone
    expect((await topics.listTopics({})).topics).toHaveLength(50);
  });

  it("steps down and says so when the store went back to an earlier state", async () => {
    const world = makeWorld();
    await world.node("a");
    await liveBroker(world, "a:9191");
    world.server.recordHistory();
    await world.loopback.client(TopicService, "a:9191").createTopic({ name: "t" });
    world.server.rollBack(1);
    await expect(world.loopback.client(TopicService, "a:9191").deleteTopic({ name: "t" })).rejects.toMatchObject({
      code: "store-rolled-back",
    });
  });

  it("finds that the store went back with whatever it writes next, and rebuilds it though no broker has seen what was lost", async () => {
    const world = makeWorld();
    await world.node("a");
    await liveBroker(world, "a:9191");
    world.server.recordHistory();
    const topics = world.loopback.client(TopicService, "a:9191");
    await topics.createTopic({ name: "lost" });
    world.server.rollBack(1);
    await expect(topics.createTopic({ name: "other" })).rejects.toMatchObject({ code: "store-rolled-back" });
    await world.clock.advance(5_000);
    await expect(topics.createTopic({ name: "other" })).rejects.toMatchObject({ code: "cluster-rebuilding" });
  });

  it("takes a broker that has obeyed its successor for no proof that the store lost anything", async () => {
    const world = makeWorld();
    await world.node("a");
    const { clusterId, generation } = await world.loopback.client(ClusterService, "a:9191").describeCluster({});
    world.server.releaseLease({ holder: "a", epoch: 1, generation });
    world.server.acquireLease({ holder: "successor", ttlMs: LEASE_MS });
    const seen = { epochSeen: 2, generationSeen: generation, clusterId };
    const early = new FakeBroker(world, "a:9191", seen);
    await early.ended;
    expect(early.failure).toMatchObject({ code: "store-rolled-back" });
    await world.clock.advance(2 * LEASE_MS);
    const back = await liveBroker(world, "a:9191", seen);
    expect(back.last("registered")).toMatchObject({ coordinatorEpoch: 3n, generation });
  });
});

describe("broker sessions", () => {
  it("registers a broker, sends it all metadata, unfences it when it has applied it, then sends what changed", async () => {
    const world = makeWorld();
    await world.node("a");
    const broker = new FakeBroker(world, "a:9191");
    await world.clock.advance(0);
    expect(broker.last("registered")).toMatchObject({
      brokerEpoch: 1n,
      coordinatorEpoch: 1n,
      coordinatorId: expect.stringMatching(/^a\/[0-9a-f]{8}$/),
    });
    expect(broker.last("metadata")).toMatchObject({ snapshot: true, brokers: [{ brokerId: 1, fenced: true }] });
    broker.heartbeat();
    await world.clock.advance(0);
    expect(broker.last("metadata")).toMatchObject({ snapshot: false, brokers: [{ brokerId: 1, fenced: false }] });
    await world.loopback.client(TopicService, "a:9191").createTopic({ name: "t", partitions: 2 });
    await world.clock.advance(0);
    expect(broker.last("metadata")?.topics).toMatchObject([{ name: "t", partitions: [{ leader: 1 }, { leader: 1 }] }]);
    await world.loopback.client(TopicService, "a:9191").createPartitions({ name: "t", totalCount: 3 });
    await world.clock.advance(0);
    expect(broker.last("metadata")?.topics).toMatchObject([{ name: "t", partitions: [{ partition: 2, leader: 1 }] }]);
    await world.loopback.client(TopicService, "a:9191").deleteTopic({ name: "t" });
    await world.clock.advance(0);
    expect(broker.last("metadata")?.removedTopicIds).toHaveLength(1);
  });

  it("does not take an acknowledgement of an earlier term for one of this registration", async () => {
    const world = makeWorld();
    const a = await world.node("a");
    const before = await liveBroker(world, "a:9191");
    await world.node("b");
    await a.node.stop();
    await world.clock.advance(1_500);
    const restarted = new FakeBroker(world, "b:9191", { incarnation: "i2", epochSeen: 1 });
    await world.clock.advance(0);
    const fenced = async (): Promise<unknown> =>
      (await world.loopback.client(ClusterService, "b:9191").describeCluster({})).brokers[0]?.fenced;
    restarted.heartbeat({ metadataVersion: before.last("metadata")?.metadataVersion ?? 0n });
    await world.clock.advance(0);
    expect(await fenced()).toBe(true);
    restarted.heartbeat();
    await world.clock.advance(0);
    expect(await fenced()).toBe(false);
  });

  it("fences a broker that sends no heartbeat, and elects it again with the next leader epoch when it comes back", async () => {
    const world = makeWorld();
    await world.node("a");
    const broker = await liveBroker(world, "a:9191");
    await world.loopback.client(TopicService, "a:9191").createTopic({ name: "t" });
    await world.clock.advance(3_000);
    await broker.ended;
    expect(broker.failure).toMatchObject({ code: "session-timeout" });
    const leaderOf = async (): Promise<unknown> => {
      const { topic } = await world.loopback.client(TopicService, "a:9191").describeTopic({ name: "t" });
      return [topic?.partitions[0]?.leader, topic?.partitions[0]?.leaderEpoch];
    };
    expect(await leaderOf()).toEqual([undefined, 0]);
    const again = await liveBroker(world, "a:9191");
    expect([again.brokerEpoch, await leaderOf()]).toEqual([2n, [1, 1]]);
  });

  it("keeps a broker whose stream broke if it is back within the grace, and fences it otherwise", async () => {
    const world = makeWorld();
    await world.node("a");
    const fenced = async (): Promise<unknown> =>
      (await world.loopback.client(ClusterService, "a:9191").describeCluster({})).brokers[0]?.fenced;
    const broker = await liveBroker(world, "a:9191");
    broker.cut();
    await world.clock.advance(400);
    const again = await liveBroker(world, "a:9191");
    await world.clock.advance(1_000);
    expect([again.brokerEpoch, await fenced()]).toEqual([1n, false]);
    again.cut();
    await world.clock.advance(600);
    expect(await fenced()).toBe(true);
  });

  it("fences after a takeover those that do not find the new coordinator, and keeps the epochs of those that do", async () => {
    const world = makeWorld();
    const a = await world.node("a");
    await liveBroker(world, "a:9191", { id: 1 });
    await liveBroker(world, "a:9191", { id: 2 });
    await world.node("b");
    await a.node.stop();
    await world.clock.advance(1_500);
    const found = await liveBroker(world, "b:9191", { id: 2, epochSeen: 1 });
    expect([found.brokerEpoch, found.last("registered")?.coordinatorEpoch]).toEqual([2n, 2n]);
    for (let i = 0; i < 4; i++) {
      found.heartbeat();
      await world.clock.advance(1_000);
    }
    const { brokers } = await world.loopback.client(ClusterService, "b:9191").describeCluster({});
    expect(brokers.map((broker) => [broker.brokerId, broker.fenced])).toEqual([
      [1, true],
      [2, false],
    ]);
  });

  it("fences nobody in a term before a first broker has come: the store may have lost what it will prove", async () => {
    const world = makeWorld();
    const a = await world.node("a");
    await liveBroker(world, "a:9191");
    await world.node("b");
    await a.node.stop();
    await world.clock.advance(1_500);
    const isFenced = async (): Promise<boolean | undefined> =>
      (await world.loopback.client(ClusterService, "b:9191").describeCluster({})).brokers.find(({ brokerId }) => brokerId === 1)?.fenced;
    await world.clock.advance(20_000);
    expect(await isFenced()).toBe(false);
    const other = await liveBroker(world, "b:9191", { id: 2, epochSeen: 1 });
    for (let i = 0; i < 4; i++) {
      other.heartbeat();
      await world.clock.advance(1_000);
    }
    expect(await isFenced()).toBe(true);
  });

  it("changes no in-sync set and gives out no producer ids before enough brokers have come: the store may have lost what they will prove", async () => {
    const world = makeWorld();
    const a = await world.node("a");
    const before = await liveBroker(world, "a:9191");
    const { topic } = await world.loopback.client(TopicService, "a:9191").createTopic({ name: "t" });
    await world.node("b");
    await a.node.stop();
    await world.clock.advance(1_500);
    const client = world.loopback.client(ClusterService, "b:9191");
    const self = { brokerId: 1, brokerEpoch: before.brokerEpoch ?? 0n };
    const members = [self];
    const wishes = [{ topicId: topic?.topicId ?? "", partition: 0, leaderEpoch: 0, partitionEpoch: 0, members }];
    const asked = [client.alterPartitions({ ...self, wishes }), client.allocateProducerIds(self)].map((call) =>
      call.catch((error: unknown) => error),
    );
    await world.clock.advance(2_000);
    for (const answer of asked) expect(await answer).toMatchObject({ code: "cluster-gathering", kind: "retry" });
    const waiting = client.alterPartitions({ ...self, wishes });
    await liveBroker(world, "b:9191", { epochSeen: 1 });
    expect((await waiting).answers[0]?.state?.partitionEpoch).toBeGreaterThan(0);
  });

  it("lets nobody lead what too few replicas have come for, though it goes on with the brokers that are there, until another comes", async () => {
    const world = makeWorld();
    const a = await world.node("a");
    for (const id of [1, 2, 3]) await liveBroker(world, "a:9191", { id });
    const create = world.loopback.client(TopicService, "a:9191");
    for (const [name, replicationFactor] of [
      ["three", 3],
      ["one", 1],
    ] as const)
      await create.createTopic({ name, replicationFactor, partitions: 3 });
    await world.node("b");
    await a.node.stop();
    await world.clock.advance(1_500);
    const topics = world.loopback.client(TopicService, "b:9191");
    const leadersOf = async (name: string): Promise<readonly (number | undefined)[]> =>
      (await topics.describeTopic({ name })).topic?.partitions.map(({ leader }) => leader) ?? [];
    await world.clock.advance(3_500);
    const came = await liveBroker(world, "b:9191", { id: 2, epochSeen: 1 });
    await world.clock.advance(1_500);
    for (let i = 0; i < 6; i++) {
      await world.clock.advance(1_000);
      came.heartbeat();
    }
    expect([await leadersOf("three"), await leadersOf("one")]).toEqual([
      [undefined, 2, undefined],
      [undefined, 2, undefined],
    ]);
    await liveBroker(world, "b:9191", { id: 3, epochSeen: 1 });
    expect([await leadersOf("three"), await leadersOf("one")]).toEqual([
      [2, 2, 2],
      [undefined, 2, 3],
    ]);
    expect((await topics.describeTopic({ name: "three" })).topic?.partitions[1]?.inSyncSet).toEqual([2]);
  });

  it("grants a stop, and fences at once when the stopping broker has left", async () => {
    const world = makeWorld();
    await world.node("a");
    const broker = await liveBroker(world, "a:9191");
    broker.heartbeat({ stopping: true });
    await world.clock.advance(0);
    expect(broker.last("stopGranted")).toBeDefined();
    broker.cut();
    await world.clock.advance(0);
    const { brokers } = await world.loopback.client(ClusterService, "a:9191").describeCluster({});
    expect(brokers[0]?.fenced).toBe(true);
  });

  it("knows of a disk without room from heartbeats, until it has room again", async () => {
    const world = makeWorld();
    await world.node("a");
    const broker = await liveBroker(world, "a:9191");
    const isFull = async (): Promise<boolean | undefined> => {
      await world.clock.advance(0);
      const { brokers } = await world.loopback.client(ClusterService, "a:9191").describeCluster({});
      return brokers[0]?.diskFull;
    };
    broker.heartbeat({ diskFull: true });
    expect(await isFull()).toBe(true);
    broker.heartbeat({ diskFull: true });
    broker.heartbeat();
    expect(await isFull()).toBe(false);
  });

  it("rebuilds a store that lost what a broker has seen, under an epoch and a generation above all", async () => {
    const world = makeWorld();
    await world.node("a");
    const { clusterId, generation: before } = await world.loopback.client(ClusterService, "a:9191").describeCluster({});
    const seen = { epochSeen: 9, generationSeen: "other", clusterId };
    const refused = new FakeBroker(world, "a:9191", seen);
    await refused.ended;
    expect(refused.failure).toMatchObject({ code: "store-rolled-back" });
    await world.clock.advance(5_000);
    const asked = new FakeBroker(world, "a:9191", seen);
    await world.clock.advance(0);
    expect(asked.heard.map((command) => command.case)).toEqual(["reportCluster"]);
    asked.report({ brokerEpoch: 40n, topic: { name: "t", topicId: "7".repeat(32) } });
    await world.clock.advance(1_000);
    expect(asked.failure).toMatchObject({ code: "cluster-rebuilding" });
    await world.clock.advance(1_500); // less than a session, after which it would be fenced
    const back = await liveBroker(world, "a:9191", seen);
    expect(back.brokerEpoch).toBe(40n); // the same life of its process: what it led goes on
    expect(back.last("metadata")?.topics.map(({ name, partitions }) => [name, partitions[0]?.leader])).toEqual([["t", 1]]);
    const { coordinatorEpoch, generation } = await world.loopback.client(ClusterService, "a:9191").describeCluster({});
    expect(coordinatorEpoch).toBeGreaterThan(9n);
    expect([before, "other"]).not.toContain(generation);
  });

  it("gives producer ids to registered brokers only", async () => {
    const world = makeWorld();
    await world.node("a");
    const client = world.loopback.client(ClusterService, "a:9191");
    const broker = await liveBroker(world, "a:9191");
    const request = { brokerId: 1, brokerEpoch: broker.brokerEpoch ?? 0n };
    expect(await client.allocateProducerIds(request)).toMatchObject({ firstProducerId: 0n, count: 1_000n });
    expect(await client.allocateProducerIds(request)).toMatchObject({ firstProducerId: 1_000n });
    await expect(client.allocateProducerIds({ ...request, brokerEpoch: 7n })).rejects.toMatchObject({ code: "stale-broker-epoch" });
  });
});

describe("executor sessions", () => {
  it("registers an executor with bootstrap addresses, acknowledges heartbeats, and drops it when they stop", async () => {
    const world = makeWorld();
    await world.node("a");
    await liveBroker(world, "a:9191");
    const requests = new BoundedQueue<MessageInitShape<typeof ExecutorSessionRequestSchema>>({ weightMax: 10 });
    const heard: ExecutorSessionResponse["command"][] = [];
    requests.tryPush({ report: { case: "register", value: { executorId: "e1", incarnationId: "i", host: "h1", workerSlots: 2 } } });
    const listening = (async () => {
      for await (const response of world.loopback.client(ExecutorRegistryService, "a:9191").executorSession(requests))
        heard.push(response.command);
    })();
    const failed = expect(listening).rejects.toMatchObject({ code: "session-timeout" });
    requests.tryPush({ report: { case: "heartbeat", value: {} } });
    await world.clock.advance(0);
    expect(heard[0]).toMatchObject({ case: "registered", value: { brokerAddresses: ["b1:9190"], coordinatorEpoch: 1n } });
    expect(heard[1]?.case).toBe("heartbeatAck");
    const executors = async (): Promise<string[]> =>
      (await world.loopback.client(ClusterService, "a:9191").describeCluster({})).executors.map((e) => e.executorId);
    expect(await executors()).toEqual(["e1"]);
    await world.clock.advance(3_000);
    await failed;
    expect(await executors()).toEqual([]);
  });
});
