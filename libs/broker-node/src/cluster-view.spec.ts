import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "@jest/globals";
import { MetadataUpdateSchema } from "@millrace/contracts";
import { ClusterView } from "./cluster-view.ts";

type Update = MessageInitShape<typeof MetadataUpdateSchema>;

const STATES = [0, 1, 2].map((partition) => ({ partition, leader: 1, partitionEpoch: 5 }));

function viewOfTwoTopics() {
  const view = new ClusterView();
  const apply = (update: Update) => view.apply(create(MetadataUpdateSchema, update), 0);
  apply({ snapshot: true, topics: ["t", "u"].map((name) => ({ name, topicId: name, partitions: STATES })) });
  const leaders = (): (number | undefined)[] | undefined => view.topic("t")?.partitions.map(({ leader }) => leader);
  return { view, apply, leaders };
}

describe("ClusterView", () => {
  it("takes single partitions of a topic, new ones too, unless it knows them newer", () => {
    const { apply, leaders, view } = viewOfTwoTopics();
    apply({ topics: [{ name: "t", topicId: "t", partitions: [{ partition: 1, leader: 7, partitionEpoch: 6 }] }] });
    expect(leaders()).toEqual([1, 7, 1]);
    apply({ topics: [{ name: "t", topicId: "t", partitions: [{ partition: 1, leader: 9, partitionEpoch: 5 }] }] });
    expect(leaders()).toEqual([1, 7, 1]);
    apply({
      topics: [{ name: "t", topicId: "t", configs: { k: "v" }, partitions: [3, 4].map((partition) => ({ partition, leader: 2 })) }],
    });
    expect(leaders()).toEqual([1, 7, 1, 2, 2]);
    expect(view.topic("t")?.configs).toEqual({ k: "v" });
    expect(view.topicById("t")).toBe(view.topic("t"));
  });

  it("says which partitions an update changed", () => {
    const { apply, view } = viewOfTwoTopics();
    const update = create(MetadataUpdateSchema, {
      topics: [{ name: "t", topicId: "t", partitions: [{ partition: 1, partitionEpoch: 6 }] }],
    });
    apply(update);
    expect(view.changedBy(update).map(({ name, partitions }) => [name, partitions.map(({ partition }) => partition)])).toEqual([
      ["t", [1]],
    ]);
  });

  it.each<[string, boolean, Update]>([
    ["a leader changes", false, { topics: [{ name: "t", topicId: "t", partitions: [{ partition: 1, leader: 7, partitionEpoch: 6 }] }] }],
    ["settings change", false, { topics: [{ name: "t", topicId: "t", configs: { k: "v" }, partitions: STATES }] }],
    ["a broker changes", false, { brokers: [{ brokerId: 3 }] }],
    ["all is told again", false, { snapshot: true, topics: ["t", "u"].map((name) => ({ name, topicId: name, partitions: STATES })) }],
    ["a topic grows", true, { topics: [{ name: "t", topicId: "t", partitions: [{ partition: 3 }] }] }],
    ["a topic comes", true, { topics: [{ name: "w", topicId: "w", partitions: STATES }] }],
    ["a topic goes", true, { removedTopicIds: ["t"] }],
    ["a snapshot lacks a topic", true, { snapshot: true, topics: [{ name: "t", topicId: "t", partitions: STATES }] }],
    ["a topic is made again", true, { removedTopicIds: ["t"], topics: [{ name: "t", topicId: "t2", partitions: STATES }] }],
  ])("has other topics when %s: %p", (_, isOther, update) => {
    const { apply, view } = viewOfTwoTopics();
    const before = view.topicsVersion;
    apply(update);
    expect(view.topicsVersion > before).toBe(isOther);
  });
});
