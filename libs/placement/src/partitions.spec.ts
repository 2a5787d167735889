import { beforeEach, describe, expect, it } from "@jest/globals";
import { type BrokerEpoch, brokerEpoch, type BrokerId, brokerId, leaderEpoch, partitionEpoch, type PartitionState } from "@millrace/model";
import { SeededRandom } from "@millrace/testkit";
import type { ClusterEvent, PlacementContext } from "./events.ts";
import { handle } from "./handle.ts";
import { applyChange, type ClusterState, createClusterState } from "./state.ts";

const settings = {
  partitionsDefault: 1,
  replicationFactorDefault: 1,
  internalTopicPartitions: 2,
  internalTopicReplicas: 3,
  replicasAddedAtOnce: 2,
};
const context: PlacementContext = { settings, random: new SeededRandom(1), came: { has: () => true } };
const [one, two, three] = [brokerId(1), brokerId(2), brokerId(3)];
let state: ClusterState;

function run(event: ClusterEvent) {
  const { changes, response } = handle(state, event, context);
  for (const change of changes) applyChange(state, change);
  return response;
}

const epochOf = (id: BrokerId): BrokerEpoch => state.brokers.get(id)?.brokerEpoch ?? brokerEpoch(0);

function start(id: BrokerId, folderId = `f${id}`, hasLogs = true): void {
  const logs = [...state.topics.values()].flatMap(({ topicId, partitions }) =>
    hasLogs ? partitions.map(({ partition }) => ({ topicId, partition, isSuspect: false })) : [],
  );
  const incarnationId = `i${epochOf(id)}`;
  run({
    kind: "register-broker",
    brokerId: id,
    incarnationId,
    folderId,
    address: `b${id}`,
    kafkaAddress: "",
    rack: "",
    logs,
    cleanStopEpoch: 0,
  });
  run({ kind: "broker-caught-up", brokerId: id, brokerEpoch: epochOf(id) });
}

const lose = (id: BrokerId) => run({ kind: "broker-lost", brokerId: id, brokerEpoch: epochOf(id) });
const topicNamed = (name: string) => [...state.topics.values()].find((topic) => topic.name === name);

function partition(name = "t"): PartitionState {
  const found = topicNamed(name)?.partitions[0];
  if (found === undefined) throw new Error("no partition");
  return found;
}

function wish(members: readonly BrokerId[], of: Partial<{ leaderEpoch: number; partitionEpoch: number; epochs: readonly number[] }> = {}) {
  const at = partition();
  return run({
    kind: "alter-partitions",
    brokerId: one,
    brokerEpoch: epochOf(one),
    wishes: [
      {
        topicId: at.topicId,
        partition: 0,
        leaderEpoch: leaderEpoch(of.leaderEpoch ?? at.leaderEpoch),
        partitionEpoch: partitionEpoch(of.partitionEpoch ?? at.partitionEpoch),
        members: members.map((id, index) => ({ brokerId: id, brokerEpoch: brokerEpoch(of.epochs?.[index] ?? epochOf(id)) })),
      },
    ],
  });
}

beforeEach(() => {
  state = createClusterState("c");
  for (const id of [one, two, three]) start(id);
  run({ kind: "create-topic", name: "t", partitions: 1, replicationFactor: 3, configs: {}, ifNotExists: false });
});

describe("alterPartitions", () => {
  it("replaces the set that the leader knows, and answers a repeated wish with what the partition is", () => {
    expect(wish([one, two])).toMatchObject({ answers: [{ isIneligible: false, state: { inSyncSet: [one, two], partitionEpoch: 1 } }] });
    expect(wish([one, two], { partitionEpoch: 0 })).toMatchObject({ answers: [{ isIneligible: false, state: { partitionEpoch: 1 } }] });
    expect(partition()).toMatchObject({ inSyncSet: [one, two], partitionEpoch: 1 });
  });

  it.each([
    ["an older partition epoch", { partitionEpoch: -1 }],
    ["another leader epoch", { leaderEpoch: 7 }],
  ])("changes nothing for %s", (_, of) => {
    wish([one], of);
    expect(partition().inSyncSet).toEqual([one, two, three]);
  });

  it("takes no new member of an earlier life, fenced, or stopping", () => {
    const before = epochOf(three);
    lose(three);
    expect(wish([one, two, three])).toMatchObject({ answers: [{ isIneligible: true }] });
    start(three);
    expect(wish([one, two, three], { epochs: [epochOf(one), epochOf(two), before] })).toMatchObject({ answers: [{ isIneligible: true }] });
    run({ kind: "broker-stopping", brokerId: three, brokerEpoch: epochOf(three) });
    expect(wish([one, two, three])).toMatchObject({ answers: [{ isIneligible: true }] });
    expect(partition().inSyncSet).toEqual([one, two]);
  });

  it("never takes the leader out", () => {
    expect(wish([two, three])).toMatchObject({ answers: [{ isIneligible: true }] });
  });
});

describe("a broker that comes back", () => {
  it("without the log of a replicated partition is empty, also as the last member", () => {
    lose(two);
    lose(three);
    lose(one);
    expect(partition()).toMatchObject({ inSyncSet: [one], leader: undefined });
    start(one, "f1", false);
    expect(partition()).toMatchObject({ inSyncSet: [], leader: undefined });
  });

  it("leads again what it leads first, once it is in sync", () => {
    lose(one);
    start(one);
    expect(partition().leader).toBe(two);
    run({ kind: "prefer-leaders" });
    expect(partition().leader).toBe(two);
    const at = partition();
    const members = [one, two, three].map((id) => ({ brokerId: id, brokerEpoch: epochOf(id) }));
    const asked = { topicId: at.topicId, partition: 0, leaderEpoch: at.leaderEpoch, partitionEpoch: at.partitionEpoch, members };
    run({ kind: "alter-partitions", brokerId: two, brokerEpoch: epochOf(two), wishes: [asked] });
    run({ kind: "prefer-leaders" });
    expect(partition()).toMatchObject({ leader: one, leaderEpoch: 2 });
  });
});

it("internal topics get the replicas that there are brokers for, out of sync at first", () => {
  state = createClusterState("c");
  start(one);
  run({ kind: "ensure-internal-topic", name: "__transaction_state" });
  start(two);
  start(three);
  run({ kind: "raise-internal-topics" });
  for (const { replicas, inSyncSet } of topicNamed("__transaction_state")?.partitions ?? []) {
    expect(new Set(replicas)).toEqual(new Set([one, two, three]));
    expect(inSyncSet).toEqual([one]);
  }
});

it.each(["__millrace_sink_marks", "__millrace_checkpoints"])("%s takes records whatever the clock of their writer says", (name) => {
  state = createClusterState("c");
  start(one);
  run({ kind: "ensure-internal-topic", name });
  expect(topicNamed(name)?.configOverrides["message.timestamp.after.max.ms"]).toBe(String(Number.MAX_SAFE_INTEGER));
});

it("a topic with more than one replica cannot have storage=memory", () => {
  const create = { kind: "create-topic" as const, name: "u", partitions: 1, configs: { storage: "memory" }, ifNotExists: false };
  expect(() => run({ ...create, replicationFactor: 2 })).toThrow("more than one replica");
  run({ ...create, replicationFactor: 1 });
});
