import { describe, expect, it } from "@jest/globals";
import { brokerEpoch, brokerId } from "@millrace/model";
import { applyChange, type ClusterEvent, type ClusterState, createClusterState, type PlacementContext } from "@millrace/placement";
import { SeededRandom } from "@millrace/testkit";
import { decideTogether, type WaitingEvent } from "./decide-together.ts";

const settings = {
  partitionsDefault: 1,
  replicationFactorDefault: 1,
  internalTopicPartitions: 1,
  internalTopicReplicas: 1,
  replicasAddedAtOnce: 1,
};

function twoBrokers(): ClusterState {
  const state = createClusterState("c");
  for (const id of [1, 2]) {
    const identity = { brokerId: brokerId(id), incarnationId: `i${id}`, folderId: `f${id}`, brokerEpoch: brokerEpoch(1) };
    applyChange(state, { kind: "broker", broker: { ...identity, address: `b${id}:1`, kafkaAddress: "", rack: "", status: "live" } });
  }
  return state;
}

const create = (name: string, partitions = 1): ClusterEvent => ({
  kind: "create-topic",
  name,
  partitions,
  replicationFactor: 1,
  configs: {},
  ifNotExists: false,
});

/** Decides and stores until nothing is left: of each commit what it changes, of each event what it was told, in the order in which all this came. */
function run(events: readonly ClusterEvent[], state = twoBrokers()): string[] {
  const told: string[] = [];
  const context: PlacementContext = { settings, random: new SeededRandom(1), came: { has: () => true } };
  const queue = events.map((event): WaitingEvent => {
    const name = "name" in event ? event.name : event.kind;
    return {
      event,
      resolve: () => void told.push(`${name} done`),
      reject: (error) => void told.push(`${name} ${(error as { code: string }).code}`),
    };
  });
  while (queue.length > 0) {
    const before = state.topics.size;
    const { items, answer } = decideTogether(queue, state, context);
    expect(state.topics.size).toBe(before); // what is not stored is not in the state
    const text = items.map(({ change }) => {
      if (change.kind === "topic") return `${change.topic.name}@${change.topic.partitions.map(({ leader }) => leader).join()}`;
      return change.kind;
    });
    told.push(`commit ${text.join(" ")}`);
    for (const { change } of items) applyChange(state, change);
    answer();
  }
  return told;
}

describe("decideTogether", () => {
  it("stores what several events change by one commit, each of them placed beside those before it", () => {
    expect(run(["a", "b", "c"].map((name) => create(name)))).toEqual(["commit a@1 b@2 c@1", "a done", "b done", "c done"]);
  });

  it("refuses what another event of the same commit stands against, once that is stored", () => {
    expect(run([create("a"), create("a"), create("b")])).toEqual(["commit a@1 b@2", "a done", "a topic-exists", "b done"]);
  });

  it("ends before an event that changes the same object again", () => {
    const remove: ClusterEvent = { kind: "delete-topic", name: "a", topicId: undefined };
    expect(run([create("a"), remove, create("b")])).toEqual(["commit a@1", "a done", "commit topic-removed b@1", "a done", "b done"]);
  });

  it("ends before what does not fit into the commit", () => {
    const many = Array.from({ length: 1_200 }, (_, index) => create(`t${index}`));
    const commits = run(many).filter((line) => line.startsWith("commit"));
    expect(commits.map((commit) => commit.split(" ").length - 1)).toEqual([999, 201]);
  });
});
