import { beforeEach, describe, expect, it } from "@jest/globals";
import { TestCluster } from "../test/cluster.ts";

let cluster: TestCluster;

beforeEach(() => {
  cluster = new TestCluster();
  for (const id of [1, 2, 3, 4]) cluster.start(id, `r${id % 2}`);
});

describe("a move of replicas", () => {
  it("adds, waits until the new ones are in sync, then drops the old ones in a new leader epoch", () => {
    cluster.createTopic("t", { replicationFactor: 2 });
    const { replicas, leaderEpoch } = cluster.partition();
    expect(replicas).toEqual([1, 2]);
    expect(cluster.move([3, 2])).toBeUndefined();
    cluster.advance();
    expect(cluster.partition()).toMatchObject({ replicas: [3, 2, 1], inSyncSet: [1, 2], leader: 1, leaderEpoch });
    cluster.advance();
    expect(cluster.partition().replicas).toEqual([3, 2, 1]);
    cluster.inSync([1, 2, 3]);
    cluster.advance();
    expect(cluster.partition()).toMatchObject({ replicas: [3, 2], inSyncSet: [3, 2], leader: 3, leaderEpoch: leaderEpoch + 1 });
    expect(cluster.partition().reassignment).toBeUndefined();
    expect(cluster.state.reassigningTopics.size).toBe(0);
  });

  it("is a new leader epoch also where the leader stays: it must forget followers that left", () => {
    cluster.createTopic("t", { replicationFactor: 2 });
    cluster.move([1]);
    cluster.advance();
    expect(cluster.partition()).toMatchObject({ replicas: [1], inSyncSet: [1], leader: 1, leaderEpoch: 1 });
  });

  it("leaves no fewer in sync than min.insync.replicas", () => {
    cluster.createTopic("t", { replicationFactor: 3 });
    cluster.inSync([1]);
    const { replicas } = cluster.partition();
    cluster.move([1, 2]);
    cluster.advance();
    expect(cluster.partition().replicas).toEqual([1, 2, ...replicas.filter((id) => id > 2)]);
    cluster.inSync([1, 2]);
    cluster.advance();
    expect(cluster.partition()).toMatchObject({ replicas: [1, 2], inSyncSet: [1, 2] });
  });

  it("waits while no new replica can lead", () => {
    cluster.createTopic("t");
    cluster.move([2]);
    cluster.advance();
    cluster.inSync([1, 2]);
    cluster.lose(2);
    cluster.advance();
    expect(cluster.partition()).toMatchObject({ replicas: [2, 1], leader: 1, inSyncSet: [1] });
    cluster.start(2);
    cluster.inSync([1, 2]);
    cluster.advance();
    expect(cluster.partition()).toMatchObject({ replicas: [2], leader: 2 });
  });

  it("is cancelled: the partition is where it was, led by one of its own", () => {
    cluster.createTopic("t", { replicationFactor: 2 });
    cluster.move([3, 4]);
    cluster.advance();
    cluster.inSync([1, 2, 3]);
    cluster.run({ kind: "prefer-leaders" });
    expect(cluster.partition().leader).toBe(3);
    expect(cluster.move(undefined)).toBeUndefined();
    expect(cluster.partition()).toMatchObject({ replicas: [1, 2], inSyncSet: [1, 2], leader: 1, leaderEpoch: 2 });
    expect(cluster.move(undefined)).toBe("no-reassignment-in-progress");
  });

  it("is not cancelled where only what it added is in sync", () => {
    cluster.createTopic("t");
    cluster.move([2, 3]);
    cluster.advance();
    cluster.inSync([1, 2]);
    cluster.lose(1);
    expect(cluster.partition()).toMatchObject({ leader: 2, inSyncSet: [2] });
    expect(cluster.move(undefined)).toBe("invalid-replica-assignment");
  });

  it("gives way to another move, which drops what it does not want", () => {
    cluster.createTopic("t", { replicationFactor: 2 });
    cluster.move([3, 2]);
    cluster.advance();
    cluster.inSync([1, 2, 3]);
    expect(cluster.move([4, 2])).toBeUndefined();
    expect(cluster.partition()).toMatchObject({ replicas: [2, 1], inSyncSet: [2, 1], reassignment: { original: [1, 2], target: [4, 2] } });
    cluster.settle();
    expect(cluster.partition()).toMatchObject({ replicas: [4, 2], leader: 4 });
  });

  it("back to where it was is nothing to do", () => {
    cluster.createTopic("t", { replicationFactor: 2 });
    cluster.move([1, 2]);
    expect(cluster.partition()).toMatchObject({ partitionEpoch: 0 });
    expect(cluster.partition().reassignment).toBeUndefined();
  });

  it("is still there when another coordinator takes over", () => {
    cluster.createTopic("t");
    cluster.move([2]);
    cluster.advance();
    expect(cluster.reloaded()?.topics).toEqual(cluster.state.topics);
    expect(cluster.reloaded()?.reassigningTopics.size).toBe(1);
  });

  it("waits for its turn where a broker gets as many as it may at once", () => {
    cluster.createTopic("t", { partitions: 8 });
    for (let partition = 0; partition < 8; partition++) cluster.move([4], { partition });
    cluster.advance();
    const begun = () => cluster.partitions().filter(({ replicas }) => replicas.length === 2).length;
    expect(begun()).toBe(2);
    cluster.settle();
    expect(cluster.partitions().every(({ replicas, leader }) => replicas.join() === "4" && leader === 4)).toBe(true);
  });

  it.each([
    ["an unknown broker", [1, 9], {}, "invalid-replica-assignment"],
    ["a broker twice", [1, 1], {}, "invalid-replica-assignment"],
    ["no broker", [], {}, "invalid-replica-assignment"],
    ["an unknown partition", [1], { partition: 7 }, "unknown-partition"],
    ["an unknown topic", [1], { topic: "none" }, "unknown-partition"],
    ["another number of replicas, if that was to stay", [1, 2], { keepReplicationFactor: true }, "invalid-replication-factor"],
  ])("to %s is refused", (_, target, of, code) => {
    cluster.createTopic("t");
    expect(cluster.move(target, of)).toBe(code);
    expect(cluster.state.reassigningTopics.size).toBe(0);
  });
});

describe("draining a broker", () => {
  it("moves leaders at once and every replica in time, keeps racks apart, and gives it nothing new", () => {
    cluster.createTopic("t", { partitions: 6, replicationFactor: 2 });
    const { partitions } = cluster.run({ kind: "drain-broker", brokerId: 2 as never });
    expect(partitions).toBe(cluster.partitions().filter(({ replicas }) => replicas.includes(2 as never)).length);
    expect(cluster.partitions().some(({ leader }) => leader === 2)).toBe(false);
    cluster.settle();
    for (const { replicas, inSyncSet } of cluster.partitions()) {
      expect(replicas).not.toContain(2);
      expect(new Set(replicas.map((id) => id % 2)).size).toBe(2);
      expect(inSyncSet.length).toBe(2);
    }
    cluster.createTopic("u", { partitions: 3, replicationFactor: 2 });
    expect(cluster.partitions().some(({ replicas }) => replicas.includes(2 as never))).toBe(false);
    cluster.start(2, "r0");
    cluster.run({ kind: "prefer-leaders" });
    expect(cluster.state.brokers.get(2 as never)?.isDraining).toBe(true);
  });

  it("is refused, changing nothing, where a partition would have fewer replicas", () => {
    cluster.createTopic("t", { replicationFactor: 4 });
    expect(() => cluster.run({ kind: "drain-broker", brokerId: 2 as never })).toThrow("left with 3 of 4 (min.insync.replicas 2)");
    expect(cluster.state.brokers.get(2 as never)?.isDraining).toBeUndefined();
  });

  it("is refused where only a broker that is away has the records", () => {
    cluster.createTopic("t");
    cluster.lose(1);
    expect(() => cluster.run({ kind: "drain-broker", brokerId: 1 as never })).toThrow("no in-sync replica");
  });
});

describe("adding a broker", () => {
  it("gives it its share, from where most are", () => {
    cluster.createTopic("t", { partitions: 20, replicationFactor: 2 });
    cluster.start(5, "r1");
    cluster.run({ kind: "add-broker", brokerId: 5 as never });
    cluster.settle();
    const counts = [1, 2, 3, 4, 5].map((id) => cluster.partitions().filter(({ replicas }) => replicas.includes(id as never)).length);
    expect(counts).toEqual([7, 10, 7, 10, 6]); // two racks: each partition has one of its two replicas in each
    for (const { replicas } of cluster.partitions()) expect(new Set(replicas.map((id) => id % 2)).size).toBe(2);
  });

  it("ends a drain: what was on its way away stays", () => {
    cluster.createTopic("t", { partitions: 6, replicationFactor: 2 });
    const before = cluster.partitions().map(({ replicas }) => replicas);
    cluster.run({ kind: "drain-broker", brokerId: 2 as never });
    cluster.advance();
    cluster.run({ kind: "add-broker", brokerId: 2 as never });
    cluster.settle();
    expect(cluster.partitions().map(({ replicas }) => replicas)).toEqual(before);
    expect(cluster.state.brokers.get(2 as never)?.isDraining).toBeUndefined();
  });

  it("that is away is refused", () => {
    cluster.lose(4);
    expect(() => cluster.run({ kind: "add-broker", brokerId: 4 as never })).toThrow("not running");
    expect(() => cluster.run({ kind: "add-broker", brokerId: 9 as never })).toThrow("no broker with this id");
  });
});
