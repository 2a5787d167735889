import { describe, expect, it } from "@jest/globals";
import { brokerEpoch, brokerId } from "@millrace/model";
import { SeededRandom } from "@millrace/testkit";
import type { ClusterEvent, ConfigChange, PlacementContext } from "./events.ts";
import { handle } from "./handle.ts";
import { applyChange, type ClusterState, createClusterState, topicByName } from "./state.ts";

const CONTEXT: PlacementContext = {
  settings: {
    partitionsDefault: 2,
    replicationFactorDefault: 1,
    internalTopicPartitions: 2,
    internalTopicReplicas: 3,
    replicasAddedAtOnce: 2,
  },
  random: new SeededRandom(1),
  came: { has: () => true },
};

function clusterWith(configs: Record<string, string>): ClusterState {
  const state = createClusterState("c");
  const broker = { incarnationId: "i", folderId: "f", address: "b1:9190", kafkaAddress: "", rack: "", logs: [], cleanStopEpoch: 0 };
  run(state, { kind: "register-broker", brokerId: brokerId(1), ...broker });
  run(state, { kind: "broker-caught-up", brokerId: brokerId(1), brokerEpoch: brokerEpoch(1) });
  run(state, { kind: "create-topic", name: "t", partitions: 0, replicationFactor: 0, configs, ifNotExists: false });
  return state;
}

function run(state: ClusterState, event: ClusterEvent): number {
  const { changes } = handle(state, event, CONTEXT);
  for (const change of changes) applyChange(state, change);
  return changes.length;
}

/** `retention.ms=5`, `-retention.ms` (delete), `cleanup.policy+=compact`, `cleanup.policy-=delete` */
function changeOf(text: string): ConfigChange {
  const [, name = "", sign = "", value = ""] = /^([a-z.]+)([+-]?=)(.*)$/.exec(text) ?? [];
  if (text.startsWith("-")) return { name: text.slice(1), operation: "delete", value: "" };
  return { name, operation: sign === "=" ? "set" : sign === "+=" ? "append" : "subtract", value };
}

function alter(state: ClusterState, changes: readonly string[], replaceAll = false): number {
  return run(state, { kind: "alter-topic-configs", name: "t", changes: changes.map(changeOf), replaceAll });
}

const BEFORE = { "retention.ms": "10", "segment.ms": "7" };

describe("alterTopicConfigs", () => {
  it.each<[string[], boolean, Record<string, string>]>([
    [["retention.ms=5"], false, { "retention.ms": "5", "segment.ms": "7" }],
    [["-retention.ms"], false, { "segment.ms": "7" }],
    [["-max.message.bytes"], false, BEFORE],
    [["retention.ms=5"], true, { "retention.ms": "5" }],
    [[], true, {}],
    [["cleanup.policy+=compact"], false, { ...BEFORE, "cleanup.policy": "delete,compact" }],
    [["cleanup.policy+=delete"], false, { ...BEFORE, "cleanup.policy": "delete" }],
  ])("%j, replaceAll=%s", (changes, replaceAll, after) => {
    const state = clusterWith(BEFORE);
    alter(state, changes, replaceAll);
    expect(topicByName(state, "t")?.configOverrides).toEqual(after);
  });

  it("takes elements from a list", () => {
    const state = clusterWith({ "cleanup.policy": "compact,delete" });
    alter(state, ["cleanup.policy-=delete"]);
    expect(topicByName(state, "t")?.configOverrides).toEqual({ "cleanup.policy": "compact" });
  });

  it("stores nothing when nothing changes", () => {
    expect(alter(clusterWith(BEFORE), ["retention.ms=10"])).toBe(0);
  });

  it.each([
    [["retention.ms=soon"], "invalid-topic-config"],
    [["segment.ms=9", "retention.min=1"], "unknown-topic-config"],
    [["-retention.min"], "unknown-topic-config"],
    [["retention.ms+=1"], "invalid-topic-config"],
    [["retention.ms=1", "-retention.ms"], "invalid-topic-config"],
    [["cleanup.policy-=delete"], "invalid-topic-config"],
    [["storage=memory"], "invalid-topic-config"],
  ])("refuses %j as %s, and keeps everything as it was", (changes, code) => {
    const state = clusterWith(BEFORE);
    expect(() => alter(state, changes)).toThrow(expect.objectContaining({ code }));
    expect(topicByName(state, "t")?.configOverrides).toEqual(BEFORE);
  });

  it("refuses topics that are not there, and the cluster's own", () => {
    const event = (name: string): ClusterEvent => ({ kind: "alter-topic-configs", name, changes: [], replaceAll: false });
    const state = clusterWith({});
    expect(() => run(state, event("u"))).toThrow(expect.objectContaining({ code: "unknown-topic" }));
    expect(() => run(state, event("__consumer_offsets"))).toThrow(expect.objectContaining({ code: "internal-topic" }));
  });
});

describe("a topic that is restored", () => {
  const restoreOf = { "restore.of": "b/1/0" };
  const made = (state: ClusterState, name: string, partitions: number) =>
    run(state, { kind: "create-topic", name, partitions, replicationFactor: 0, configs: restoreOf, ifNotExists: false });
  const end = (state: ClusterState, name: string) =>
    run(state, { kind: "alter-topic-configs", name, changes: [{ name: "restore.of", operation: "delete", value: "" }], replaceAll: false });

  it.each(["u", "__millrace_checkpoints", "__millrace_sink_marks"])("is made as it was, and ends being restored: %s", (name) => {
    const state = clusterWith({});
    made(state, name, 7);
    expect(topicByName(state, name)).toMatchObject({ configOverrides: restoreOf });
    expect(topicByName(state, name)?.partitions).toHaveLength(7);
    end(state, name);
    expect(topicByName(state, name)?.configOverrides).not.toHaveProperty(["restore.of"]);
  });

  it("never is one that producers have written to, nor one whose offsets come back by their meaning", () => {
    const state = clusterWith({});
    const set = { name: "restore.of", operation: "set" as const, value: "b/1/0" };
    expect(() => run(state, { kind: "alter-topic-configs", name: "t", changes: [set], replaceAll: false })).toThrow(
      expect.objectContaining({ code: "invalid-topic-config" }),
    );
    made(state, "__consumer_offsets", 7);
    expect(topicByName(state, "__consumer_offsets")?.configOverrides).not.toHaveProperty(["restore.of"]);
  });
});

describe("createPartitions", () => {
  const grow = (state: ClusterState, totalCount: number, name = "t") => run(state, { kind: "create-partitions", name, totalCount });

  it("adds partitions behind those that are there, which stay as they are", () => {
    const state = clusterWith({});
    const before = topicByName(state, "t")?.partitions ?? [];
    grow(state, 5);
    const after = topicByName(state, "t")?.partitions ?? [];
    expect(after.slice(0, 2)).toEqual(before);
    expect(after.map(({ partition, leader, inSyncSet }) => [partition, leader, inSyncSet])).toEqual(
      [0, 1, 2, 3, 4].map((partition) => [partition, 1, [1]]),
    );
  });

  it.each([
    [2, "t", "not-more-partitions"],
    [1, "t", "not-more-partitions"],
    [0, "t", "invalid-partitions"],
    [20_001, "t", "too-many-partitions"],
    [3, "u", "unknown-topic"],
    [60, "__consumer_offsets", "internal-topic"],
  ])("refuses %i partitions for %s as %s", (count, name, code) => {
    expect(() => grow(clusterWith({}), count, name)).toThrow(expect.objectContaining({ code }));
  });
});
