import { describe, expect, it } from "@jest/globals";
import { AppError, brokerEpoch, brokerId, type TopicId } from "@millrace/model";
import { SeededRandom } from "@millrace/testkit";
import { decodeClusterState, encodeChange } from "./entries.ts";
import type { ClusterEvent, LogReport, PlacementContext } from "./events.ts";
import { handle } from "./handle.ts";
import { applyChange, type ClusterState, createClusterState } from "./state.ts";

/** Runs a transcript, one event a line, and writes what each did: changed brokers and partitions, or the code of the refusal. */
function check(transcript: string): void {
  const lines = transcript
    .trim()
    .split("\n")
    .map((line) => line.trim());
  const state = createClusterState("c");
  const settings = {
    partitionsDefault: 3,
    replicationFactorDefault: 1,
    internalTopicPartitions: 2,
    internalTopicReplicas: 3,
    replicasAddedAtOnce: 2,
  };
  const context: PlacementContext = { settings, random: new SeededRandom(1), came: { has: () => true } };
  const events = lines.filter((line) => line.startsWith(">"));
  const actual = events.flatMap((line) => [line, ...run(state, parse(state, line.slice(1).trim()), context)]);
  expect(actual.join("\n")).toBe(lines.join("\n"));
}

function parse(state: ClusterState, line: string): ClusterEvent {
  const [verb = "", first = "", ...rest] = line.split(" ");
  const option = (name: string): string => rest.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
  const id = brokerId(Number(first) || 0); // the first word is a broker or a topic
  const epoch = option("epoch") === "" ? (state.brokers.get(id)?.brokerEpoch ?? brokerEpoch(0)) : brokerEpoch(Number(option("epoch")));
  const which = { brokerId: id, brokerEpoch: epoch };
  switch (verb) {
    case "register": {
      const incarnationId = option("incarnation") || "i1";
      const folderId = option("folder") || `f${first}`;
      return {
        kind: "register-broker",
        brokerId: id,
        incarnationId,
        folderId,
        address: `b${first}:9190`,
        kafkaAddress: "",
        rack: option("rack"),
        logs: rest.includes("no-logs") ? [] : allLogs(state),
        cleanStopEpoch: 0,
      };
    }
    case "caught-up":
      return { kind: "broker-caught-up", ...which };
    case "lost":
      return { kind: "broker-lost", ...which };
    case "stopping":
      return { kind: "broker-stopping", ...which };
    case "room":
      return { kind: "broker-room", ...which, isFull: rest.includes("none") };
    case "create": {
      const counts = { partitions: Number(option("partitions") || 0), replicationFactor: Number(option("replicas") || 0) };
      return { kind: "create-topic", name: first, ...counts, configs: {}, ifNotExists: rest.includes("if-not-exists") };
    }
    case "ensure":
      return { kind: "ensure-internal-topic", name: first };
    case "delete":
      return { kind: "delete-topic", name: first, topicId: (option("id") || undefined) as TopicId | undefined };
    case "producer-ids":
      return { kind: "allocate-producer-ids", ...which };
    default:
      throw new Error(`unknown verb ${verb}`);
  }
}

const allLogs = (state: ClusterState): LogReport[] =>
  [...state.topics.values()].flatMap(({ topicId, partitions }) =>
    partitions.map(({ partition }): LogReport => ({ topicId, partition, isSuspect: false })),
  );

function run(state: ClusterState, event: ClusterEvent, context: PlacementContext): string[] {
  try {
    const { changes, response } = handle(state, event, context);
    const lines: string[] = [];
    for (const change of changes) {
      applyChange(state, change);
      if (change.kind === "broker")
        lines.push(`broker ${change.broker.brokerId} ${change.broker.status} epoch=${change.broker.brokerEpoch}`);
      if (change.kind === "topic-removed") lines.push("topic removed");
      if (change.kind !== "topic") continue;
      for (const p of change.topic.partitions) {
        const epochs = `${p.leaderEpoch}.${p.partitionEpoch}`;
        lines.push(
          `${change.topic.name}-${p.partition} replicas=${p.replicas.join()} leader=${p.leader ?? "none"} isr=${p.inSyncSet.join()} epochs=${epochs}`,
        );
      }
    }
    if (response.kind === "producer-ids") lines.push(`ids ${response.firstProducerId}+${response.count}`);
    expect(decodeClusterState([...storedEntries(state)])).toEqual(state);
    return lines;
  } catch (error) {
    if (error instanceof AppError) return [`refused ${error.kind} ${error.code}`];
    throw error;
  }
}

function* storedEntries(state: ClusterState): Generator<{ key: string; value: Uint8Array }> {
  const changes = [
    { kind: "cluster", identity: state.identity } as const,
    { kind: "producer-ids", producerIdNext: state.producerIdNext } as const,
    ...[...state.brokers.values()].map((broker) => ({ kind: "broker", broker }) as const),
    ...[...state.topics.values()].map((topic) => ({ kind: "topic", topic }) as const),
  ];
  for (const { key, value } of changes.flatMap((change) => encodeChange(change))) if (value !== undefined) yield { key, value };
}

describe("placement.handle", () => {
  it("leaves a single replica leaderless while its broker is away and elects it again with the next epoch", () => {
    check(`
      > register 1
      broker 1 fenced epoch=1
      > create t partitions=1
      refused retry not-enough-brokers
      > caught-up 1
      broker 1 live epoch=1
      > create t partitions=1
      t-0 replicas=1 leader=1 isr=1 epochs=0.0
      > lost 1
      broker 1 fenced epoch=1
      t-0 replicas=1 leader=none isr=1 epochs=0.1
      > register 1 incarnation=i2
      broker 1 fenced epoch=2
      > caught-up 1
      broker 1 live epoch=2
      t-0 replicas=1 leader=1 isr=1 epochs=1.2
    `);
  });

  it("goes on with the same process after a broken session, and fences the former one when it restarts faster than its session ends", () => {
    check(`
      > register 1
      broker 1 fenced epoch=1
      > caught-up 1
      broker 1 live epoch=1
      > create t partitions=1
      t-0 replicas=1 leader=1 isr=1 epochs=0.0
      > register 1
      > register 1 incarnation=i2
      broker 1 fenced epoch=2
      t-0 replicas=1 leader=none isr=1 epochs=0.1
      > lost 1 epoch=1
      > caught-up 1 epoch=1
      refused fenced stale-broker-epoch
      > caught-up 1
      broker 1 live epoch=2
      t-0 replicas=1 leader=1 isr=1 epochs=1.2
    `);
  });

  it("does not trust an empty disk: the last copy stays offline, a replica leaves the in-sync set", () => {
    check(`
      > register 1
      broker 1 fenced epoch=1
      > caught-up 1
      broker 1 live epoch=1
      > create t partitions=1
      t-0 replicas=1 leader=1 isr=1 epochs=0.0
      > register 1 incarnation=i2 folder=other
      refused retry broker-id-in-use
      > lost 1
      broker 1 fenced epoch=1
      t-0 replicas=1 leader=none isr=1 epochs=0.1
      > register 1 incarnation=i2 folder=other
      broker 1 fenced epoch=2
      t-0 replicas=1 leader=none isr= epochs=0.2
      > caught-up 1
      broker 1 live epoch=2
    `);
  });

  it("spreads replicas over racks, balances leaders, and moves leadership within the in-sync set", () => {
    check(`
      > register 1 rack=a
      broker 1 fenced epoch=1
      > register 2 rack=a
      broker 2 fenced epoch=2
      > register 3 rack=b
      broker 3 fenced epoch=3
      > caught-up 1
      broker 1 live epoch=1
      > caught-up 2
      broker 2 live epoch=2
      > caught-up 3
      broker 3 live epoch=3
      > create t partitions=3 replicas=2
      t-0 replicas=1,3 leader=1 isr=1,3 epochs=0.0
      t-1 replicas=2,3 leader=2 isr=2,3 epochs=0.0
      t-2 replicas=3,1 leader=3 isr=3,1 epochs=0.0
      > stopping 3
      broker 3 stopping epoch=3
      t-0 replicas=1,3 leader=1 isr=1 epochs=0.1
      t-1 replicas=2,3 leader=2 isr=2 epochs=0.1
      t-2 replicas=3,1 leader=1 isr=1 epochs=1.1
      > lost 1
      broker 1 fenced epoch=1
      t-0 replicas=1,3 leader=none isr=1 epochs=0.2
      t-1 replicas=2,3 leader=2 isr=2 epochs=0.1
      t-2 replicas=3,1 leader=none isr=1 epochs=1.2
      > create u partitions=1 replicas=2
      refused retry not-enough-brokers
    `);
  });

  it("lets others lead while a broker's disk has no room, and gives it nothing new", () => {
    check(`
      > register 1
      broker 1 fenced epoch=1
      > room 1 none
      > register 2
      broker 2 fenced epoch=2
      > caught-up 1
      broker 1 live epoch=1
      > caught-up 2
      broker 2 live epoch=2
      > create t partitions=2 replicas=2
      t-0 replicas=1,2 leader=1 isr=1,2 epochs=0.0
      t-1 replicas=2,1 leader=2 isr=2,1 epochs=0.0
      > room 1 none
      broker 1 full epoch=1
      t-0 replicas=1,2 leader=2 isr=2 epochs=1.1
      t-1 replicas=2,1 leader=2 isr=2 epochs=0.1
      > room 1 none
      > register 1
      > create u partitions=1 replicas=2
      refused retry not-enough-brokers
      > room 2 none
      broker 2 full epoch=2
      > room 1
      broker 1 live epoch=1
      > lost 2
      broker 2 fenced epoch=2
      t-0 replicas=1,2 leader=1 isr=1 epochs=2.2
      t-1 replicas=2,1 leader=1 isr=1 epochs=1.2
      > stopping 1
      broker 1 stopping epoch=1
      > room 1 none
    `);
  });

  it("checks topics: names, counts, doubles; makes internal ones on demand and keeps them", () => {
    check(`
      > register 1
      broker 1 fenced epoch=1
      > ensure __transaction_state
      refused retry not-enough-brokers
      > caught-up 1
      broker 1 live epoch=1
      > ensure __transaction_state
      __transaction_state-0 replicas=1 leader=1 isr=1 epochs=0.0
      __transaction_state-1 replicas=1 leader=1 isr=1 epochs=0.0
      > create __transaction_state
      > create __mine
      refused invalid internal-topic
      > create a/b
      refused invalid invalid-topic-name
      > create t partitions=-1
      refused invalid invalid-partitions
      > create t replicas=16
      refused invalid invalid-replication-factor
      > create t partitions=1
      t-0 replicas=1 leader=1 isr=1 epochs=0.0
      > create t
      refused conflict topic-exists
      > create t if-not-exists
      > create a.b_c partitions=1
      a.b_c-0 replicas=1 leader=1 isr=1 epochs=0.0
      > create a_b.c
      refused invalid colliding-topic-name
      > create abc partitions=1
      abc-0 replicas=1 leader=1 isr=1 epochs=0.0
      > create a.b_c if-not-exists
      > delete t id=00000000000000000000000000000000
      refused not-found unknown-topic-id
      > delete __transaction_state
      refused invalid internal-topic
      > delete t
      topic removed
      > delete t
      refused not-found unknown-topic
    `);
  });

  it("gives out each producer id once, to registered brokers", () => {
    check(`
      > producer-ids 1
      refused fenced stale-broker-epoch
      > register 1
      broker 1 fenced epoch=1
      > producer-ids 1
      ids 0+1000
      > producer-ids 1
      ids 1000+1000
    `);
  });
});
