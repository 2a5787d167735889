import { describe, expect, it } from "@jest/globals";
import { brokerEpoch, brokerId, leaderEpoch, partitionEpoch, type TopicDescription, type TopicId } from "@millrace/model";
import { applyChange, createClusterState } from "@millrace/placement";
import type { MetadataChange, TopicPart } from "../cluster/cluster-controller.ts";
import { MetadataFeed } from "./metadata-feed.ts";
import { MetadataUpdates } from "./metadata-updates.ts";

const T = "t".repeat(32) as TopicId;
const U = "u".repeat(32) as TopicId;

function topicOf(topicId: TopicId, count: number): TopicDescription {
  const partitions = Array.from({ length: count }, (_, partition) => ({
    ...{ topicId, partition, replicas: [brokerId(1)], inSyncSet: [brokerId(1)] },
    ...{ leader: brokerId(1), leaderEpoch: leaderEpoch(0), partitionEpoch: partitionEpoch(0) },
  }));
  return { topicId, name: `topic ${topicId.slice(0, 1)}`, internal: false, configOverrides: { a: "b" }, partitions };
}

/** A term in which topics T and U have 100 partitions each. */
function makeTerm() {
  const state = createClusterState("c");
  for (const id of [T, U]) applyChange(state, { kind: "topic", topic: topicOf(id, 100) });
  const controller = { state, version: 5 };
  const updates = new MetadataUpdates(controller, { coordinatorEpoch: 1n, coordinatorAddress: "c:9191" });
  const feeds: MetadataFeed[] = [];
  const feed = (): MetadataFeed => {
    const added = new MetadataFeed(updates);
    feeds.push(added);
    return added;
  };
  const publish = (change: Partial<MetadataChange>): void => {
    controller.version++;
    for (const each of feeds) each.note({ brokers: new Set(), topics: new Map(), removedTopics: new Set(), ...change });
  };
  const publishTopic = (topicId: TopicId, part: TopicPart): void => publish({ topics: new Map([[topicId, part]]) });
  return { state, feed, publish, publishTopic };
}

const numbersOf = (update: ReturnType<MetadataFeed["take"]>) =>
  update?.topics?.map(({ topicId, partitions }) => [topicId, partitions?.map(({ partition }) => partition)]);

describe("MetadataFeed", () => {
  it("gives the whole first, then the partitions that changed, with their topic's settings", () => {
    const { feed, publishTopic } = makeTerm();
    const one = feed();
    expect(one.take()).toMatchObject({ snapshot: true, metadataVersion: 5n, coordinatorEpoch: 1n, topics: { length: 2 } });
    expect(one.take()).toBeUndefined();
    publishTopic(T, new Set([7]));
    publishTopic(T, new Set([3]));
    publishTopic(U, "whole");
    const update = one.take();
    expect(update).toMatchObject({ snapshot: false, metadataVersion: 8n, topics: [{ name: "topic t", configs: { a: "b" } }, {}] });
    expect(numbersOf(update)).toEqual([
      [T, [3, 7]],
      [U, Array.from({ length: 100 }, (_, partition) => partition)],
    ]);
    expect(one.take()).toBeUndefined();
  });

  it("gives the whole topic where it was made, or its settings changed, before its partitions did", () => {
    const { feed, publishTopic } = makeTerm();
    const one = feed();
    one.take();
    publishTopic(T, "whole");
    publishTopic(T, new Set([3]));
    expect(one.take()?.topics?.[0]?.partitions).toHaveLength(100);
  });

  it("gives brokers that have heard the same one and the same update, and others what they missed", () => {
    const { feed, publish, publishTopic } = makeTerm();
    const [quick, slow, alsoQuick] = [feed(), feed(), feed()];
    const snapshots = [quick, slow, alsoQuick].map((each) => each.take());
    expect(new Set(snapshots).size).toBe(1);
    publishTopic(T, new Set([1]));
    expect(quick.take()).toBe(alsoQuick.take());
    publishTopic(T, new Set([2]));
    const latest = quick.take();
    expect(latest).toBe(alsoQuick.take());
    expect(numbersOf(latest)).toEqual([[T, [2]]]);
    expect(numbersOf(slow.take())).toEqual([[T, [1, 2]]]);
    publish({ removedTopics: new Set([U]) });
    expect(quick.take()).toMatchObject({ removedTopicIds: [U], topics: [] });
  });

  it("gives each newcomer what there is then", () => {
    const { state, feed, publish } = makeTerm();
    const before = feed().take();
    const broker = {
      ...{ brokerId: brokerId(4), incarnationId: "i", folderId: "f", address: "b", kafkaAddress: "", rack: "" },
      ...{ brokerEpoch: brokerEpoch(1), status: "live" as const },
    };
    applyChange(state, { kind: "broker", broker });
    publish({ brokers: new Set([brokerId(4)]) });
    expect(before?.brokers).toEqual([]);
    const after = feed().take();
    expect(after).toMatchObject({ snapshot: true, brokers: [{ brokerId: 4 }] });
    expect(after?.topics?.[0]).toBe(before?.topics?.[0]); // keeps its wire form
  });
});
