import { describe, expect, it } from "@jest/globals";
import { brokerId } from "@millrace/model";
import { TestCluster } from "../test/cluster.ts";
import { decodeClusterState, encodeChange } from "./entries.ts";
import { applyChange, type ClusterChange, type ClusterEvent, type ClusterState, handle } from "./index.ts";

/** A cluster that keeps what a coordinator would have in its store. */
class StoredCluster extends TestCluster {
  readonly entries = new Map<string, Uint8Array>();
  /** Keys that the last event wrote. */
  written: readonly string[] = [];

  override run<E extends ClusterEvent>(event: E) {
    const decision = handle(this.state, event, this.context);
    const changes = decision.changes.flatMap((change) => encodeChange(change, this.state));
    for (const { key, value } of changes) {
      if (value === undefined) this.entries.delete(key);
      else this.entries.set(key, value);
    }
    this.written = changes.map(({ key }) => key);
    for (const change of decision.changes) applyChange(this.state, change);
    return decision.response;
  }

  loaded(): ClusterState | undefined {
    const entries = [...this.entries].map(([key, value]) => ({ key, value }));
    const identity = encodeChange({ kind: "cluster", identity: this.state.identity });
    return decodeClusterState([...entries, ...identity.flatMap(({ key, value = new Uint8Array() }) => ({ key, value }))].reverse());
  }

  topicKey(name: string): string {
    return `topic/${this.state.topicIdsByName.get(name) ?? ""}`;
  }
}

function clusterWith(partitions: number): StoredCluster {
  const cluster = new StoredCluster();
  for (const id of [1, 2, 3]) cluster.start(id);
  cluster.createTopic("t", { partitions, replicationFactor: 2 });
  return cluster;
}

describe("entries of a topic", () => {
  it.each([1, 128, 129, 256, 1_000])("are all that is needed to load %i partitions", (partitions) => {
    const cluster = clusterWith(partitions);
    expect(cluster.written).toHaveLength(partitions <= 128 ? 1 : 1 + Math.ceil(partitions / 128));
    expect(cluster.loaded()?.topics).toEqual(cluster.state.topics);
    cluster.lose(1);
    expect(cluster.loaded()?.topics).toEqual(cluster.state.topics);
    expect(cluster.loaded()?.leaderlessTopics).toEqual(cluster.state.leaderlessTopics);
  });

  it("are written where something changed, and nowhere else", () => {
    const cluster = clusterWith(1_000);
    cluster.run({
      kind: "alter-topic-configs",
      name: "t",
      changes: [{ name: "retention.ms", operation: "set", value: "5" }],
      replaceAll: false,
    });
    expect(cluster.written).toEqual([cluster.topicKey("t")]);
    const at = cluster.partition("t", 300);
    cluster.inSync([at.leader ?? 0], at);
    expect(cluster.written).toEqual([`${cluster.topicKey("t")}/2`]);
    expect(cluster.loaded()?.topics).toEqual(cluster.state.topics);
  });

  it.each([
    [100, 120],
    [100, 129],
    [129, 130],
    [250, 400],
  ])("follow a topic that grows from %i to %i partitions", (before, after) => {
    const cluster = clusterWith(before);
    cluster.run({ kind: "create-partitions", name: "t", totalCount: after });
    expect(cluster.loaded()?.topics).toEqual(cluster.state.topics);
  });

  it("go with the topic", () => {
    const cluster = clusterWith(300);
    cluster.createTopic("u", { partitions: 130, replicationFactor: 1 });
    cluster.run({ kind: "delete-topic", name: "t" });
    expect([...cluster.entries.keys()].filter((key) => key.startsWith("topic/")).sort()).toEqual(
      ["", "/0", "/1"].map((page) => `${cluster.topicKey("u")}${page}`),
    );
  });

  it("of an earlier version hold all partitions, and are divided at the next change", () => {
    const cluster = clusterWith(300);
    const topic = [...cluster.state.topics.values()].at(0);
    const one = {
      ...topic,
      partitions: topic?.partitions.map((of) => [of.replicas, of.leader ?? null, of.leaderEpoch, of.inSyncSet, of.partitionEpoch]),
    };
    const loaded = decodeClusterState([
      ...[...cluster.entries].filter(([key]) => !key.startsWith("topic/")).map(([key, value]) => ({ key, value })),
      { key: cluster.topicKey("t"), value: new TextEncoder().encode(JSON.stringify(one)) },
    ]);
    expect(loaded?.topics).toEqual(cluster.state.topics);
    const change: ClusterChange | undefined = topic && { kind: "topic", topic };
    if (loaded === undefined || change === undefined) throw new Error("no cluster");
    expect(encodeChange(change, loaded)).toHaveLength(4);
    applyChange(loaded, change);
    expect(encodeChange(change, loaded)).toHaveLength(0);
  });

  it("are refused when one is missing", () => {
    const cluster = clusterWith(300);
    cluster.entries.delete(`${cluster.topicKey("t")}/1`);
    expect(() => cluster.loaded()).toThrow(
      expect.objectContaining({ code: "store-entry-corrupt", context: expect.objectContaining({ partitionsFound: 172 }) }),
    );
  });

  it("of a replica's move are written with the partition", () => {
    const cluster = clusterWith(300);
    const { replicas } = cluster.partition("t", 299);
    const target = [1, 2, 3].map((id) => brokerId(id)).filter((id) => id !== replicas[0]);
    cluster.move(target, { partition: 299 });
    expect(cluster.written).toEqual([`${cluster.topicKey("t")}/2`]);
    expect(cluster.loaded()?.reassigningTopics).toEqual(cluster.state.reassigningTopics);
  });
});
