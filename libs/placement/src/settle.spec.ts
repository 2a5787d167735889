import { beforeEach, describe, expect, it } from "@jest/globals";
import { brokerId, leaderEpoch } from "@millrace/model";
import { TestCluster } from "../test/cluster.ts";
import { isSettled } from "./settle.ts";

let cluster: TestCluster;
const outcomesOf = (response: { outcomes: readonly { error: { code: string } | undefined }[] }): (string | undefined)[] =>
  response.outcomes.map(({ error }) => error?.code);

/** Three brokers with `t` on all, led by 1; then another coordinator takes over, to which nobody has come. */
beforeEach(() => {
  cluster = new TestCluster();
  for (const id of [1, 2, 3]) cluster.start(id);
  cluster.createTopic("t", { replicationFactor: 3 });
  cluster.came.clear();
});

function settle(): readonly string[] {
  const topics = [...cluster.state.topics.keys()];
  return cluster.run({ kind: "settle-partitions", topics }).topics.map((id) => cluster.state.topics.get(id)?.name ?? "");
}

describe("isSettled", () => {
  const check = (replicas: number, came: number, configs: Readonly<Record<string, string>> = {}): boolean => {
    const topic = { name: "t", configOverrides: configs };
    const ids = Array.from({ length: replicas }, (_, index) => brokerId(index + 1));
    return isSettled(topic, { replicas: ids }, new Set(ids.slice(0, came)));
  };

  it.each([
    ["one of three, of which two acknowledge", 3, 1, {}, false],
    ["two of three", 3, 2, {}, true],
    ["one of three, where one acknowledges", 3, 1, { "min.insync.replicas": "1" }, true],
    ["none of three, where one acknowledges", 3, 0, { "min.insync.replicas": "1" }, false],
    ["two of three, where three acknowledge", 3, 2, { "min.insync.replicas": "3" }, false],
    ["one of two", 2, 1, {}, false],
    ["the only one, which has no rival", 1, 0, {}, true],
    ["one of three, where any leader is wanted", 3, 1, { "unclean.leader.election.enable": "true" }, true],
  ])("judges %s", (_, replicas: number, came: number, configs: Readonly<Record<string, string>>, expected: boolean) => {
    expect(check(replicas, came, configs)).toBe(expected);
  });
});

describe("a partition of which too few replicas have come since the take-over", () => {
  it("gets no other leader in an epoch that the store may have given before, and no other in-sync set", () => {
    cluster.come(2);
    cluster.lose(1);
    cluster.lose(3);
    expect(cluster.partition()).toMatchObject({ leader: undefined, leaderEpoch: 0, inSyncSet: [1, 2, 3] });
    cluster.run({ kind: "broker-stopping", brokerId: brokerId(2), brokerEpoch: cluster.epochOf(2) });
    cluster.lose(2);
    cluster.start(2);
    expect(cluster.partition()).toMatchObject({ leader: undefined, leaderEpoch: 0, inSyncSet: [1, 2, 3] });
    expect(settle()).toEqual(["t"]);
  });

  it("is led as soon as enough have come, without those that are away, or live anew", () => {
    cluster.come(2);
    cluster.lose(1);
    cluster.lose(3);
    cluster.start(3);
    expect(cluster.partition()).toMatchObject({ leader: 2, leaderEpoch: 1, inSyncSet: [2] });
    expect(settle()).toEqual([]);
  });

  it("keeps a leader that is here, which gets its in-sync set when others have come", () => {
    cluster.come(1);
    cluster.lose(2);
    const epoch = cluster.partition().partitionEpoch;
    cluster.inSync([1]);
    expect(cluster.partition()).toMatchObject({ leader: 1, leaderEpoch: 0, inSyncSet: [1, 2, 3], partitionEpoch: epoch });
    cluster.come(3);
    expect(settle()).toEqual([]);
    expect(cluster.partition()).toMatchObject({ leader: 1, inSyncSet: [1, 3] });
  });

  it("hands over from a leader that wants to stop when there is somebody to decide it", () => {
    cluster.come(1);
    cluster.run({ kind: "broker-stopping", brokerId: brokerId(1), brokerEpoch: cluster.epochOf(1) });
    expect(cluster.partition()).toMatchObject({ leader: 1, inSyncSet: [1, 2, 3] });
    cluster.come(3);
    settle();
    expect(cluster.partition()).toMatchObject({ leader: 2, inSyncSet: [2, 3] });
  });

  it("forgets in no case that a disk came back empty, or cut", () => {
    cluster.lose(1);
    cluster.start(1, "", { isEmpty: true });
    expect(cluster.partition()).toMatchObject({ leader: undefined, inSyncSet: [2, 3], emptied: [1] });
    cluster.came.clear();
    cluster.lose(2);
    cluster.start(2, "", { isSuspect: true });
    expect(cluster.partition()).toMatchObject({ leader: undefined, inSyncSet: [3], emptied: [1] });
  });

  it("is led by nobody in place of a leader whose log was cut", () => {
    cluster.start(1, "", { isSuspect: true });
    expect(cluster.partition()).toMatchObject({ leader: undefined, leaderEpoch: 0, inSyncSet: [2, 3] });
  });

  it("neither loses a replica to a move that could be completed, nor its leader to a drain", () => {
    for (const id of [1, 2, 3, 4]) cluster.start(id);
    cluster.createTopic("two", { replicationFactor: 2 });
    const { replicas, leader = 0 } = cluster.partition("two");
    const [first = 0, second = 0] = replicas;
    const other = [1, 2, 3, 4].find((id) => !replicas.some((replica) => replica === id)) ?? 0;
    cluster.move([first, other], { topic: "two" });
    cluster.advance();
    cluster.inSync([first, second, other], cluster.partition("two"));
    cluster.came.clear();
    cluster.advance();
    expect(cluster.partition("two")).toMatchObject({ replicas: [first, other, second], inSyncSet: [first, other, second], leader });
    const before = cluster.partition();
    cluster.run({ kind: "drain-broker", brokerId: brokerId(before.leader ?? 0) });
    expect(cluster.partition()).toMatchObject({ leader: before.leader, leaderEpoch: before.leaderEpoch });
    for (const id of [1, 2, 3, 4]) cluster.come(id);
    cluster.advance();
    expect(cluster.partition("two").replicas).toEqual([first, other]);
  });

  it("neither goes back to its first replica, nor to the longest log, nor is it moved", () => {
    for (const id of [2, 3]) cluster.come(id);
    cluster.lose(1);
    cluster.start(1);
    cluster.inSync([1, 2, 3]);
    expect(cluster.partition()).toMatchObject({ leader: 2, inSyncSet: [1, 2, 3] });
    cluster.came.clear();
    cluster.come(1);
    cluster.run({ kind: "prefer-leaders" });
    const asked = [{ topic: "t", partition: 0 }];
    expect(outcomesOf(cluster.run({ kind: "elect-leaders", election: "preferred", partitions: asked }))).toEqual([
      "too-few-replicas-registered",
    ]);
    expect(cluster.move([1, 2])).toBe("too-few-replicas-registered");
    expect(cluster.partition()).toMatchObject({ leader: 2, leaderEpoch: 1 });
    cluster.lose(2);
    const { topicId } = cluster.partition();
    const log = { topicId, partition: 0, brokerId: brokerId(1), lastEpoch: leaderEpoch(1), logEndOffset: 9, isSuspect: false };
    cluster.run({ kind: "elect-by-logs", logs: [log], isWaitOver: true });
    expect(cluster.partition()).toMatchObject({ leader: undefined, leaderEpoch: 1 });
  });

  it("is led by whoever is here if a person asks for it", () => {
    cluster.come(2);
    for (const id of [1, 3]) cluster.lose(id);
    const asked = [{ topic: "t", partition: 0 }];
    expect(outcomesOf(cluster.run({ kind: "elect-leaders", election: "unclean", partitions: asked }))).toEqual([undefined]);
    expect(cluster.partition()).toMatchObject({ leader: 2, leaderEpoch: 1, inSyncSet: [2] });
  });

  it("stands in the way of no other partition of a broker that is away", () => {
    cluster.come(1);
    for (const id of [2, 3]) cluster.come(id);
    cluster.createTopic("one", { replicationFactor: 1, partitions: 3 });
    cluster.createTopic("any", { replicationFactor: 3, configs: { "min.insync.replicas": "1" } });
    cluster.came.clear();
    cluster.come(3);
    for (const id of [1, 2]) cluster.lose(id);
    expect(cluster.partition("any")).toMatchObject({ leader: 3, inSyncSet: [3] });
    cluster.start(1);
    const led = [0, 1, 2].map((partition) => cluster.partition("one", partition)).filter(({ leader }) => leader === 1);
    expect(led).toHaveLength(1);
  });
});
