import { describe, expect, it } from "@jest/globals";
import { brokerId } from "@millrace/model";
import { TestCluster } from "../test/cluster.ts";
import type { ClusterState } from "./index.ts";

/** Counted from the whole. */
function counted({ topics, counts }: ClusterState) {
  const all = [...topics.values()].flatMap(({ partitions }) => partitions);
  const brokers = [1, 2, 3, 4].map((id) => {
    const leaders = all.filter(({ leader }) => leader === id).length;
    const replicas = all.filter((state) => (state.reassignment?.target ?? state.replicas).includes(brokerId(id))).length;
    expect(counts.of(brokerId(id))).toEqual({ leaders, replicas });
    return { leaders, replicas };
  });
  expect(counts).toMatchObject({ partitions: all.length, replicas: all.reduce((sum, { replicas }) => sum + replicas.length, 0) });
  return brokers;
}

describe("ReplicaCounts", () => {
  it("are those of the whole, after each kind of change", () => {
    const cluster = new TestCluster();
    for (const id of [1, 2, 3]) cluster.start(id);
    const create = { kind: "create-topic" as const, configs: {}, ifNotExists: false };
    cluster.run({ ...create, name: "t", partitions: 4, replicationFactor: 2 });
    cluster.run({ ...create, name: "u", partitions: 3, replicationFactor: 3 });
    expect(counted(cluster.state).map(({ leaders }) => leaders)).toEqual([2, 2, 3, 0]);
    cluster.run({ kind: "create-partitions", name: "t", totalCount: 6 });
    expect(counted(cluster.state).reduce((sum, { replicas }) => sum + replicas, 0)).toBe(6 * 2 + 3 * 3);
    cluster.lose(2);
    expect(counted(cluster.state)[1]?.leaders).toBe(0);
    cluster.start(2);
    cluster.start(4);
    const target = [brokerId(4), brokerId(2)];
    cluster.run({ kind: "reassign-partitions", keepReplicationFactor: true, reassignments: [{ topic: "t", partition: 0, target }] });
    expect(counted(cluster.state)[3]).toEqual({ leaders: 0, replicas: 1 });
    cluster.run({ kind: "advance-reassignments" });
    counted(cluster.state);
    cluster.run({ kind: "delete-topic", name: "u" });
    expect(counted(cluster.state).reduce((sum, { leaders }) => sum + leaders, 0)).toBe(6);
  });
});
