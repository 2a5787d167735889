import { describe, expect, it } from "@jest/globals";
import {
  brokerEpoch,
  brokerId,
  leaderEpoch,
  type PartitionState,
  partitionEpoch,
  type TopicDescription,
  type TopicId,
} from "@millrace/model";
import { REBUILD_EPOCH_GAP } from "./limits.ts";
import { brokersAwaited, canRebuild, type ClusterKnowledge, logKey, rebuildCluster } from "./rebuild.ts";

const TOPIC = "t".repeat(32) as TopicId;
const IDS = [1, 2, 3].map((id) => brokerId(id));

function topic(of: { leader: number; epoch: number; inSync?: number[]; replicas?: number[] }): TopicDescription {
  const partition: PartitionState = {
    topicId: TOPIC,
    partition: 0,
    replicas: (of.replicas ?? [1, 2, 3]).map((id) => brokerId(id)),
    leader: brokerId(of.leader),
    leaderEpoch: leaderEpoch(of.epoch),
    inSyncSet: (of.inSync ?? [1, 2, 3]).map((id) => brokerId(id)),
    partitionEpoch: partitionEpoch(of.epoch),
  };
  return { topicId: TOPIC, name: "t", internal: false, configOverrides: { "min.insync.replicas": "2" }, partitions: [partition] };
}

interface Report {
  readonly id: number;
  readonly sees: TopicDescription;
  readonly version?: number;
  /** Last epoch and end of its log; absent: it has none. */
  readonly log?: readonly [epoch: number, end: number];
  readonly leads?: boolean;
  readonly isSuspect?: boolean;
  /** Its process was started anew. */
  readonly isNew?: boolean;
}

function knowledge({ id, sees, version = 1, log, leads = false, isSuspect = false, isNew = false }: Report): ClusterKnowledge {
  const place = { incarnationId: `i${id}`, folderId: `f${id}`, address: `b${id}:1`, kafkaAddress: "", rack: "" };
  const known = log && { topicId: TOPIC, partition: 0, lastEpoch: leaderEpoch(log[0]), logEndOffset: log[1], isSuspect, leads };
  return {
    broker: { brokerId: brokerId(id), ...place, brokerEpoch: brokerEpoch(isNew ? 0 : 10 + id) },
    isRegistered: !isNew,
    metadataVersion: version,
    topics: new Map([[TOPIC, sees]]),
    brokerEpochMax: 13,
    producerIdEnd: 5_000 * id,
    logs: new Map(known ? [[logKey(known), known]] : []),
  };
}

const SEEN = topic({ leader: 1, epoch: 4 });

function check(reports: readonly Report[], expected: { leader: number | undefined; inSync: readonly number[]; aboveEpoch: number }): void {
  const changes = rebuildCluster("c", reports.map(knowledge));
  const [partition] = changes.flatMap((change) => (change.kind === "topic" ? change.topic.partitions : []));
  expect({ leader: partition?.leader, inSync: partition?.inSyncSet, epoch: partition?.leaderEpoch }).toEqual({
    leader: expected.leader,
    inSync: expected.inSync,
    epoch: expected.aboveEpoch + REBUILD_EPOCH_GAP,
  });
}

describe("rebuildCluster", () => {
  it("keeps the live leader of the greatest epoch with the members it waits for that live", () => {
    check(
      [
        { id: 1, sees: SEEN, log: [4, 90], leads: true },
        { id: 2, sees: SEEN, log: [4, 80] },
        { id: 3, sees: SEEN, log: [4, 85], isNew: true },
      ],
      { leader: 1, inSync: [1, 2], aboveEpoch: 4 },
    );
  });

  it("does not keep a leader of an older epoch than anybody has seen", () => {
    check(
      [
        { id: 1, sees: SEEN, log: [4, 90], leads: true },
        { id: 2, sees: topic({ leader: 3, epoch: 5, inSync: [2, 3] }), log: [5, 70] },
      ],
      { leader: 2, inSync: [2], aboveEpoch: 5 },
    );
  });

  it.each([
    ["a newer epoch before a greater end", { id: 2, sees: SEEN, log: [4, 50] as const }, { id: 3, sees: SEEN, log: [3, 99] as const }, 2],
    ["a greater end in one epoch", { id: 2, sees: SEEN, log: [4, 50] as const }, { id: 3, sees: SEEN, log: [4, 60] as const }, 3],
    [
      "a whole log before a cut one",
      { id: 2, sees: SEEN, log: [4, 50] as const },
      { id: 3, sees: SEEN, log: [4, 60] as const, isSuspect: true },
      2,
    ],
  ])("elects %s", (_, one, other, leader) => {
    check([one, other], { leader, inSync: [leader], aboveEpoch: 4 });
  });

  it("waits for the elected one to register when its process is new", () => {
    check([{ id: 2, sees: SEEN, log: [4, 50], isNew: true }], { leader: undefined, inSync: [2], aboveEpoch: 4 });
  });

  it("takes topics from the newest metadata and counters above all that were seen", () => {
    const gone = { ...SEEN, topicId: "u".repeat(32) as TopicId, name: "gone" };
    const older = knowledge({ id: 1, sees: gone, version: 1 });
    const changes = rebuildCluster("c", [older, knowledge({ id: 2, sees: SEEN, version: 2, log: [4, 1] })]);
    expect(changes.flatMap((change) => (change.kind === "topic" ? [change.topic.name] : []))).toEqual(["t"]);
    expect(changes.find(({ kind }) => kind === "cluster")).toMatchObject({
      identity: { clusterId: "c", brokerEpochLast: 13 + REBUILD_EPOCH_GAP },
    });
    expect(changes.find(({ kind }) => kind === "producer-ids")).toMatchObject({ producerIdNext: 10_000 + 1_000_000 });
    expect(changes.flatMap((change) => (change.kind === "broker" ? [change.broker.status] : []))).toEqual(["live", "live"]);
  });
});

describe("canRebuild", () => {
  it.each([
    ["one report of three, where two hold each record", [{ id: 1, sees: SEEN, log: [4, 9] as const }], false],
    ["two whole logs", [1, 2].map((id) => ({ id, sees: SEEN, log: [4, 9] as const })), true],
    ["two, of which one was cut", [1, 2].map((id) => ({ id, sees: SEEN, log: [4, 9] as const, isSuspect: id === 2 })), false],
    [
      "two, of which one is empty",
      [
        { id: 1, sees: SEEN, log: [4, 9] as const },
        { id: 2, sees: SEEN },
      ],
      false,
    ],
    ["all, though cut", [1, 2, 3].map((id) => ({ id, sees: SEEN, log: [4, 9] as const, isSuspect: true })), true],
    ["nobody of a single replica", [{ id: 1, sees: topic({ leader: 2, epoch: 1, inSync: [2], replicas: [2] }) }], true],
  ])("judges %s", (_, reports: readonly Report[], expected) => {
    expect(canRebuild(reports.map(knowledge))).toBe(expected);
  });
});

describe("brokersAwaited", () => {
  it("names holders of replicas that have not reported", () => {
    expect(brokersAwaited([knowledge({ id: 2, sees: SEEN })])).toEqual([IDS[0], IDS[2]]);
  });
});
