import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import {
  fetchApi,
  type FetchResponse,
  listOffsetsApi,
  metadataApi,
  offsetForLeaderEpochApi,
  produceApi,
  ZERO_UUID,
} from "@millrace/kafka-wire";
import { timestampMs } from "@millrace/model";
import { BatchBuilder } from "@millrace/records";
import { referenceCrc32c } from "@millrace/testkit";
import { bytes, World } from "../../test/world.ts";
import type { KafkaTestClient } from "../../test/kafka-loopback.ts";

function batchOf(...values: readonly string[]): Uint8Array {
  const builder = new BatchBuilder({ crc32c: referenceCrc32c });
  for (const value of values) builder.append(timestampMs(1_000), null, bytes(value));
  return builder.build();
}

/** What a client says of a partition. */
type Asked = readonly [partition: number, fetchOffset: number, options?: { currentLeaderEpoch?: number; lastFetchedEpoch?: number }];

describe("kafka Fetch", () => {
  let world: World;
  let client: KafkaTestClient;

  beforeEach(async () => {
    world = await World.create();
    await world.createTopic("flights", { partitions: 3 });
    client = world.kafka.connect();
  });
  afterEach(() => world.stop());

  async function produce(partition: number, ...values: readonly string[]): Promise<void> {
    const topicData = [{ name: "flights", topicId: ZERO_UUID, partitionData: [{ index: partition, records: batchOf(...values) }] }];
    await world.run(client.ask(produceApi, 9, { acks: -1, timeoutMs: 1_000, topicData }));
  }

  async function fetch(
    asked: readonly Asked[],
    options: {
      sessionId?: number;
      sessionEpoch?: number;
      forgotten?: readonly number[];
      version?: number;
      topicId?: string;
      maxBytes?: number;
    } = {},
  ): Promise<FetchResponse> {
    const { sessionId = 0, sessionEpoch = -1, forgotten = [], version = 12, topicId = ZERO_UUID, maxBytes = 1_000_000 } = options;
    const named = { topic: "flights", topicId };
    const partitions = asked.map(([partition, fetchOffset, more]) => ({ partition, fetchOffset, partitionMaxBytes: 1_000_000, ...more }));
    const answer = await world.run(
      client.ask(fetchApi, version, {
        maxWaitMs: 0,
        minBytes: 1,
        maxBytes,
        sessionId,
        sessionEpoch,
        topics: partitions.length === 0 ? [] : [{ ...named, partitions }],
        forgottenTopicsData: forgotten.length === 0 ? [] : [{ ...named, partitions: forgotten }],
      }),
    );
    if (answer === undefined) throw new Error("no answer");
    return answer;
  }

  const seen = (answer: FetchResponse) =>
    answer.responses.flatMap(({ partitions }) => partitions.map(({ partitionIndex, records }) => [partitionIndex, records?.length ?? 0]));
  const first = (answer: FetchResponse) => answer.responses[0]?.partitions[0];

  it("tells a session only what is new, whatever it follows", async () => {
    await produce(0, "a");
    const size = batchOf("a").length;
    const created = await fetch(
      [
        [0, 0],
        [1, 0],
        [2, 0],
      ],
      { sessionEpoch: 0 },
    );
    const { sessionId } = created;
    expect(sessionId).toBeGreaterThan(0);
    expect(seen(created)).toEqual([
      [0, size],
      [1, 0],
      [2, 0],
    ]);
    // It read on; nothing else is said, and nothing is new.
    expect(seen(await fetch([[0, 1]], { sessionId, sessionEpoch: 1 }))).toEqual([]);
    await produce(2, "a");
    expect(seen(await fetch([], { sessionId, sessionEpoch: 2 }))).toEqual([[2, size]]);
    await produce(1, "a");
    expect(seen(await fetch([[2, 1]], { sessionId, sessionEpoch: 3, forgotten: [1] }))).toEqual([]);
  });

  it("gives every partition its turn at the front", async () => {
    for (const partition of [0, 1, 2]) await produce(partition, "a", "b");
    const one = batchOf("a", "b").length;
    const { sessionId } = await fetch(
      [
        [0, 2],
        [1, 2],
        [2, 2],
      ],
      { sessionEpoch: 0 },
    );
    const answer = (epoch: number) =>
      fetch(
        [
          [0, 0],
          [1, 0],
          [2, 0],
        ],
        { sessionId, sessionEpoch: epoch, maxBytes: one },
      );
    expect(seen(await answer(1))).toEqual([[0, one]]);
    expect(seen(await answer(2))).toEqual([[1, one]]);
    expect(seen(await answer(3))).toEqual([[2, one]]);
  });

  it("tells an error of a session again and again, and its end", async () => {
    const { sessionId } = await fetch([[0, 99]], { sessionEpoch: 0 });
    expect(first(await fetch([], { sessionId, sessionEpoch: 1 }))?.errorCode).toBe(1);
    expect(first(await fetch([], { sessionId, sessionEpoch: 2 }))?.errorCode).toBe(1);
    expect(first(await fetch([[0, 0]], { sessionId, sessionEpoch: 3 }))).toMatchObject({ errorCode: 0, highWatermark: 0 });
    expect(await fetch([], { sessionId, sessionEpoch: 3 })).toMatchObject({ errorCode: 71, sessionId: 0 });
    expect(await fetch([], { sessionId: sessionId + 1, sessionEpoch: 1 })).toMatchObject({ errorCode: 70 });
  });

  it("keeps sessions by topic id", async () => {
    const metadata = await client.ask(metadataApi, 12, {
      topics: [{ name: "flights", topicId: ZERO_UUID }],
      includeClusterAuthorizedOperations: false,
      includeTopicAuthorizedOperations: false,
    });
    const topicId = metadata?.topics[0]?.topicId ?? "";
    const { sessionId } = await fetch([[0, 0]], { sessionEpoch: 0, version: 15, topicId });
    await produce(0, "a");
    const answer = await fetch([], { sessionId, sessionEpoch: 1, version: 15 });
    expect(answer.responses[0]?.topicId).toBe(topicId);
    expect(seen(answer)).toEqual([[0, batchOf("a").length]]);
    expect(await fetch([], { sessionId, sessionEpoch: 2, version: 12 })).toMatchObject({ errorCode: 106 });
  });

  it("names the leader to those who ask in an old epoch, and tells where logs part", async () => {
    await produce(0, "a", "b");
    const topic = world.coordinator.createTopic("flights", { partitions: 3 });
    const partitions = topic.partitions.map((state) => ({ ...state, leaderEpoch: 3, partitionEpoch: 1 }));
    world.coordinator.tell({ topics: [{ ...topic, partitions }] });
    while (first(await fetch([[0, 0, { currentLeaderEpoch: 3 }]]))?.errorCode !== 0) await world.clock.advance(10);
    await produce(0, "c");
    expect(first(await fetch([[0, 0, { currentLeaderEpoch: 2 }]]))).toMatchObject({
      errorCode: 74,
      currentLeader: { leaderId: 1, leaderEpoch: 3 },
    });
    const byId = await fetch([[0, 0, { currentLeaderEpoch: 2 }]], { version: 16, topicId: topic.topicId });
    expect(byId.nodeEndpoints).toMatchObject([{ nodeId: 1, host: "broker-1", port: 9092 }]);
    expect(first(await fetch([[0, 0, { currentLeaderEpoch: 4 }]]))?.errorCode).toBe(75);
    expect(first(await fetch([[0, 2, { lastFetchedEpoch: 0 }]]))).toMatchObject({ errorCode: 0, divergingEpoch: { epoch: -1 } });
    const parted = first(await fetch([[0, 3, { lastFetchedEpoch: 0 }]]));
    expect(parted).toMatchObject({ errorCode: 0, divergingEpoch: { epoch: 0, endOffset: 2 } });
    expect(parted?.records?.length).toBe(0);
    expect(first(await fetch([[0, 3, { lastFetchedEpoch: 7 }]]))).toMatchObject({ divergingEpoch: { epoch: 3, endOffset: 3 } });
  });

  it("answers where epochs end, and refuses numbers in epochs that are not its own", async () => {
    await produce(0, "a", "b");
    const ask = async (leaderEpoch: number, currentLeaderEpoch = -1, partition = 0) => {
      const topics = [{ topic: "flights", partitions: [{ partition, leaderEpoch, currentLeaderEpoch }] }];
      return (await client.ask(offsetForLeaderEpochApi, 3, { replicaId: -1, topics }))?.topics[0]?.partitions[0];
    };
    const current = (await ask(0))?.leaderEpoch ?? -2;
    expect(await ask(current)).toMatchObject({ errorCode: 0, leaderEpoch: current, endOffset: 2 });
    expect(await ask(current + 1)).toMatchObject({ errorCode: 0, leaderEpoch: -1, endOffset: -1 });
    expect((await ask(current, current + 1))?.errorCode).toBe(75);
    expect((await ask(current, current, 7))?.errorCode).toBe(3);
    const list = async (currentLeaderEpoch: number) => {
      const topics = [{ name: "flights", partitions: [{ partitionIndex: 0, timestamp: -1, currentLeaderEpoch }] }];
      return (await client.ask(listOffsetsApi, 7, { replicaId: -1, isolationLevel: 0, topics, timeoutMs: 0 }))?.topics[0]?.partitions[0];
    };
    expect(await list(current)).toMatchObject({ errorCode: 0, offset: 2, leaderEpoch: current });
    expect((await list(current + 1))?.errorCode).toBe(75);
  });
});
