import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "@jest/globals";
import { ClusterReportSchema, RegisterBrokerSchema } from "@millrace/contracts";
import { knowledgeFromWire } from "./knowledge-from-wire.ts";

const TOPIC_ID = "a".repeat(32);
const STATE = { replicas: [1, 2, 3], leader: 1, leaderEpoch: 4, inSyncSet: [1, 2], partitionEpoch: 9 };

function knowledgeOf(states: readonly object[], like?: ReturnType<typeof knowledgeFromWire>) {
  const partitions = states.map((state, partition) => ({ ...STATE, ...state, partition }));
  const report = create(ClusterReportSchema, { metadata: { topics: [{ name: "t", topicId: TOPIC_ID, configs: { k: "v" }, partitions }] } });
  return knowledgeFromWire(create(RegisterBrokerSchema, { brokerId: 2 }), report, like);
}

describe("knowledgeFromWire", () => {
  it.each([
    ["a leader epoch", { leaderEpoch: 5 }],
    ["a partition epoch", { partitionEpoch: 8 }],
    ["a leader", { leader: 2 }],
    ["no leader", { leader: undefined }],
    ["replicas", { replicas: [1, 2, 4] }],
    ["an in-sync set", { inSyncSet: [1, 3] }],
    ["a shorter in-sync set", { inSyncSet: [1] }],
    ["an emptied replica", { emptiedReplicas: [3] }],
  ])("shares partitions that another broker knows alike, and none that differs in %s", (_, difference) => {
    const like = knowledgeOf([{}, {}]);
    const knowledge = knowledgeOf([{}, difference], like);
    expect(knowledge.topics).toEqual(knowledgeOf([{}, difference]).topics);
    const [shared, own] = knowledge.topics.get(TOPIC_ID)?.partitions ?? [];
    const [first, second] = like.topics.get(TOPIC_ID)?.partitions ?? [];
    expect(shared).toBe(first);
    expect(own).not.toBe(second);
  });
});
