import { beforeEach, describe, expect, it } from "@jest/globals";
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

  it("unclean: a live replica where nobody leads, alone in sync", () => {
    expect(elect("unclean")).toBe("election-not-needed");
    cluster.lose(2);
    cluster.lose(1);
    expect(elect("unclean")).toBe("eligible-leaders-not-available");
    cluster.start(2);
    expect(cluster.partition()).toMatchObject({ leader: undefined, inSyncSet: [1] });
    expect(elect("unclean")).toBeUndefined();
    expect(cluster.partition()).toMatchObject({ leader: 2, inSyncSet: [2], leaderEpoch: 1 });
  });

  it("of all: those for which there is something to do", () => {
    expect(elect("preferred", true)).toBe("none");
    cluster.lose(1);
    expect(elect("preferred", true)).toBe("preferred-leader-not-available");
  });
});
