import { describe, expect, it } from "@jest/globals";
import { AppError, type BrokerId, brokerId } from "@millrace/model";
import { SeededRandom } from "@millrace/testkit";
import fc from "fast-check";
import { minInSync, settledReplicaCount } from "../src/eligible.ts";
import {
  applyChange,
  type ClusterEvent,
  type ClusterState,
  createClusterState,
  handle,
  isSettled,
  type LogReport,
  type PlacementContext,
} from "../src/index.ts";

/** Who has registered since the last take-over. */
const came = new Set<BrokerId>();
const context: PlacementContext = {
  settings: {
    partitionsDefault: 2,
    replicationFactorDefault: 1,
    internalTopicPartitions: 1,
    internalTopicReplicas: 3,
    replicasAddedAtOnce: 2,
  },
  random: new SeededRandom(3),
  came,
};

const KINDS = [
  "register",
  "caught-up",
  "caught-up",
  "lost",
  "stopping",
  "full",
  "room",
  "create",
  "delete",
  "move",
  "move",
  "advance",
  "advance",
  "in-sync",
  "in-sync",
  "drain",
  "add",
  "prefer",
  "elect",
  "take-over",
] as const;

interface Step {
  readonly kind: (typeof KINDS)[number];
  readonly broker: number;
  readonly number: number;
}

const step = fc.record<Step>({
  kind: fc.constantFrom(...KINDS),
  broker: fc.integer({ min: 0, max: 3 }),
  number: fc.integer({ min: 1, max: 3 }),
});

/** Another coordinator takes over; a part of the brokers goes on as before, and says so first. */
function takeOver(state: ClusterState, { broker, number }: Step): void {
  came.clear();
  for (const [id, { status }] of state.brokers) if (status !== "fenced" && (id + broker) % 4 < number) came.add(id);
}

function eventOf(state: ClusterState, { kind, broker, number }: Step): ClusterEvent | undefined {
  const id = brokerId(broker);
  const rack = `r${broker % 2}`;
  const epoch = state.brokers.get(id)?.brokerEpoch;
  switch (kind) {
    case "register": {
      const folderId = number === 3 ? "new" : "old";
      return {
        kind: "register-broker",
        brokerId: id,
        incarnationId: `i${number}`,
        folderId,
        address: "a",
        kafkaAddress: "",
        rack,
        logs: logsOf(state, number),
        cleanStopEpoch: 0,
      };
    }
    case "create":
      return { kind: "create-topic", name: `t${broker}`, partitions: number, replicationFactor: number, configs: {}, ifNotExists: true };
    case "delete":
      return { kind: "delete-topic", name: `t${broker}` };
    case "move": {
      const target = number === 3 ? undefined : Array.from({ length: number }, (_, index) => brokerId((broker + index) % 4));
      return {
        kind: "reassign-partitions",
        keepReplicationFactor: false,
        reassignments: [{ topic: `t${number % 2}`, partition: 0, target }],
      };
    }
    case "in-sync":
      return inSyncWish(state, id);
    case "advance":
      return { kind: "advance-reassignments" };
    case "drain":
    case "add":
      return { kind: kind === "drain" ? "drain-broker" : "add-broker", brokerId: id };
    case "prefer":
      return { kind: "prefer-leaders" };
    case "elect":
      return { kind: "elect-leaders", election: "preferred", partitions: undefined };
    case "full":
    case "room":
      return epoch === undefined ? undefined : { kind: "broker-room", brokerId: id, brokerEpoch: epoch, isFull: kind === "full" };
    case "take-over":
      return { kind: "settle-partitions", topics: [...state.topics.keys()] };
    default:
      if (epoch === undefined) return undefined;
      return {
        kind: kind === "stopping" ? "broker-stopping" : kind === "lost" ? "broker-lost" : "broker-caught-up",
        brokerId: id,
        brokerEpoch: epoch,
      };
  }
}

/** By the number of the incarnation: all whole, all cut, or none. */
function logsOf(state: ClusterState, number: number): LogReport[] {
  if (number === 3) return [];
  return [...state.topics.values()].flatMap(({ topicId, partitions }) =>
    partitions.map(({ partition }) => ({ topicId, partition, isSuspect: number === 2 })),
  );
}

/** The broker asks for every live replica of a partition that it leads. */
function inSyncWish(state: ClusterState, leader: BrokerId): ClusterEvent | undefined {
  const led = [...state.topics.values()].flatMap(({ partitions }) => partitions).filter((partition) => partition.leader === leader);
  const registered = state.brokers.get(leader);
  if (led.length === 0 || registered === undefined) return undefined;
  const wishes = led.map(({ topicId, partition, leaderEpoch, partitionEpoch, replicas }) => ({
    topicId,
    partition,
    leaderEpoch,
    partitionEpoch,
    members: [...state.brokers.values()].filter(
      ({ brokerId: id, status }) => replicas.includes(id) && (id === leader || status === "live"),
    ),
  }));
  return { kind: "alter-partitions", brokerId: leader, brokerEpoch: registered.brokerEpoch, wishes };
}

describe("placement, any sequence of events", () => {
  it("keeps every leader in sync and not fenced, every live candidate leading, epochs rising, and each loss of a replica a new leader epoch", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const state = createClusterState("c");
        came.clear();
        for (const one of steps) {
          if (one.kind === "take-over") takeOver(state, one);
          if (one.kind === "register") came.add(brokerId(one.broker));
          const event = eventOf(state, one);
          if (event === undefined) continue;
          const before = new Map([...state.topics.values()].flatMap((t) => t.partitions.map((p) => [`${t.topicId}-${p.partition}`, p])));
          try {
            for (const change of handle(state, event, context).changes) applyChange(state, change);
            const topics = [...state.topics.keys()];
            if (one.kind === "register")
              for (const change of handle(state, { kind: "settle-partitions", topics }, context).changes) applyChange(state, change);
          } catch (error) {
            if (!(error instanceof AppError)) throw error;
          }
          for (const topic of state.topics.values()) {
            for (const partition of topic.partitions) {
              const { leader, inSyncSet, replicas, leaderEpoch, partitionEpoch, eligible = [] } = partition;
              const canLead = [...inSyncSet, ...eligible].some((id) => state.brokers.get(id)?.status === "live");
              const old = before.get(`${topic.topicId}-${partition.partition}`);
              if (!isSettled(topic, partition, came)) {
                if (old === undefined) continue;
                // Nobody is elected, and who leaves has lost something.
                if (leader !== old.leader) expect(leader).toBeUndefined();
                expect(leaderEpoch).toBe(old.leaderEpoch);
                const kept = old.inSyncSet.filter((id) => one.kind !== "register" || id !== brokerId(one.broker) || inSyncSet.includes(id));
                expect(inSyncSet).toEqual(kept);
                continue;
              }
              if (leader === undefined) expect(canLead).toBe(false);
              else expect([inSyncSet.includes(leader), state.brokers.get(leader)?.status === "fenced"]).toEqual([true, false]);
              expect(new Set(replicas).size).toBe(replicas.length);
              // Somebody who is not in sync is eligible only while nothing is acknowledged.
              if (eligible.length > 0) expect(inSyncSet.length).toBeLessThan(minInSync(topic, settledReplicaCount(partition)));
              if (old === undefined || old === partition) continue;
              expect(partitionEpoch).toBeGreaterThan(
                old.partitionEpoch - (old.leader === leader && old.inSyncSet.length === inSyncSet.length ? 1 : 0),
              );
              const hasLost = old.replicas.some((replica) => !replicas.includes(replica));
              if (hasLost && leader !== undefined) expect(leaderEpoch).toBeGreaterThan(old.leaderEpoch);
              // Only a leader's wish makes a member, but for those that are eligible.
              if (one.kind !== "in-sync") {
                const hadAll = [...old.inSyncSet, ...(old.eligible ?? [])];
                expect(inSyncSet.every((member) => hadAll.includes(member))).toBe(true);
              }
              if (hasLost && old.inSyncSet.length > 0) expect(inSyncSet.length).toBeGreaterThan(0);
              if (leader !== undefined && leader !== old.leader) expect(leaderEpoch).toBe(old.leaderEpoch + 1);
            }
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
