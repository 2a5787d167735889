import { brokerId } from "@millrace/model";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { TestCluster } from "../test/cluster.ts";

let cluster: TestCluster;

beforeEach(() => {
  cluster = new TestCluster();
  for (const id of [1, 2, 3]) cluster.start(id);
});

const create = (assignments: number[][], counts: { partitions?: number; replicationFactor?: number } = {}) => {
  const { partitions = 0, replicationFactor = 0 } = counts;
  const given = assignments.map((brokers) => brokers.map((id) => brokerId(id)));
  cluster.run({ kind: "create-topic", name: "t", configs: {}, ifNotExists: false, partitions, replicationFactor, assignments: given });
};

const add = (totalCount: number, assignments: number[][]) => {
  const given = assignments.map((brokers) => brokers.map((id) => brokerId(id)));
  cluster.run({ kind: "create-partitions", name: "t", totalCount, assignments: given });
};

describe("a topic with given replicas", () => {
  it("has them, in their order, the first leading", () => {
    create([
      [3, 1],
      [2, 3],
    ]);
    expect(cluster.partition("t", 0)).toMatchObject({ replicas: [3, 1], leader: 3, inSyncSet: [3, 1] });
    expect(cluster.partition("t", 1)).toMatchObject({ replicas: [2, 3], leader: 2, inSyncSet: [2, 3] });
  });

  it("is led by one that runs; those that are away are not in sync", () => {
    cluster.lose(3);
    create([[3, 1]]);
    expect(cluster.partition()).toMatchObject({ replicas: [3, 1], leader: 1, inSyncSet: [1] });
  });

  it.each([
    ["an unknown broker", [[1, 9]], {}, "no broker has the id 9"],
    ["a broker twice", [[1, 1]], {}, "name each once"],
    ["fewer replicas for one partition", [[1, 2], [3]], {}, "same number of replicas, here 2"],
    ["counts beside", [[1]], { partitions: 1 }, "not both"],
  ])("%s is refused", (_, assignments, counts, message) => {
    expect(() => create(assignments, counts)).toThrow(message);
    expect(cluster.state.topics.size).toBe(0);
  });

  it("is refused where no broker of a partition runs", () => {
    cluster.lose(3);
    expect(() => create([[1], [3]])).toThrow("none of these brokers is running");
  });

  it("grows by given ones: one list for each partition, with as many replicas as the topic has", () => {
    create([[3, 1]]);
    expect(() => add(3, [[1, 2]])).toThrow("as many lists as partitions");
    expect(() => add(2, [[1]])).toThrow("same number of replicas, here 2");
    add(2, [[2, 1]]);
    expect(cluster.partition("t", 1)).toMatchObject({ partition: 1, replicas: [2, 1], leader: 2 });
  });
});
