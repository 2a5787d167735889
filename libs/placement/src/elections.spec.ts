import { beforeEach, describe, expect, it } from "@jest/globals";
import { brokerId, leaderEpoch } from "@millrace/model";
import { TestCluster } from "../test/cluster.ts";

let cluster: TestCluster;

beforeEach(() => {
  cluster = new TestCluster();
  for (const id of [1, 2, 3]) cluster.start(id);
  cluster.createTopic("t", { replicationFactor: 2 });
});

function elect(election: "preferred" | "unclean", all = false): string | undefined {
  const partitions = all ? undefined : [{ topic: "t", partition: 0 }];
  const { outcomes } = cluster.run({ kind: "elect-leaders", election, partitions });
  return outcomes.length === 0 ? "none" : outcomes[0]?.error?.code;
}

describe("electLeaders", () => {
  it("preferred: the first replica, where it is in sync", () => {
    expect(elect("preferred")).toBe("election-not-needed");
    cluster.lose(1);
    expect(elect("preferred")).toBe("preferred-leader-not-available");
    cluster.start(1);
    expect(elect("preferred")).toBe("preferred-leader-not-available");
    cluster.inSync([1, 2]);
    expect(elect("preferred")).toBeUndefined();
    expect(cluster.partition()).toMatchObject({ leader: 1, leaderEpoch: 2 });
  });

  it("unclean: the live replica with the longest log where nobody leads, alone in sync", () => {
    expect(elect("unclean")).toBe("election-not-needed");
    cluster.createTopic("t3", { replicationFactor: 3, configs: { "min.insync.replicas": "1" } });
    const { topicId, replicas } = cluster.partition("t3");
    const [leader = 0, short = 0, long = 0] = replicas;
    for (const id of [short, long, leader]) cluster.lose(id);
    const unclean = (ends: Readonly<Record<number, readonly [epoch: number, end: number]>>) => {
      const logs = Object.entries(ends).map(([id, [epoch, logEndOffset]]) => ({
        ...{ topicId, partition: 0, brokerId: brokerId(Number(id)), lastEpoch: leaderEpoch(epoch), logEndOffset, isSuspect: false },
      }));
      const { outcomes } = cluster.run({ kind: "elect-leaders", election: "unclean", partitions: [{ topic: "t3", partition: 0 }], logs });
      return outcomes[0]?.error?.code;
    };
    expect(unclean({})).toBe("eligible-leaders-not-available");
    for (const id of [short, long]) cluster.start(id);
    expect(cluster.partition("t3")).toMatchObject({ leader: undefined, inSyncSet: [leader] });
    expect(unclean({ [short]: [1, 900], [long]: [2, 50], [leader]: [3, 1_000] })).toBeUndefined();
    expect(cluster.partition("t3")).toMatchObject({ leader: long, inSyncSet: [long], leaderEpoch: 1 });
  });

  it("of all: those for which there is something to do", () => {
    expect(elect("preferred", true)).toBe("none");
    cluster.lose(1);
    expect(elect("preferred", true)).toBe("preferred-leader-not-available");
  });
});
