import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import {
  apiVersionsApi,
  fetchApi,
  initProducerIdApi,
  listOffsetsApi,
  metadataApi,
  produceApi,
  type ProduceResponse,
  ZERO_UUID,
} from "@millrace/kafka-wire";
import { timestampMs } from "@millrace/model";
import { BatchBuilder } from "@millrace/records";
import { referenceCrc32c } from "@millrace/testkit";
import { bytes, World } from "../../test/world.ts";
import type { KafkaTestClient } from "../../test/kafka-loopback.ts";
import { KAFKA_HANDLERS } from "./handlers.ts";

function batchOf(...values: readonly string[]): Uint8Array {
  const builder = new BatchBuilder({ crc32c: referenceCrc32c });
  for (const value of values) builder.append(timestampMs(1_000), null, bytes(value));
  return builder.build();
}

describe("kafka requests", () => {
  let world: World;
  let client: KafkaTestClient;

  beforeEach(async () => {
    world = await World.create();
    await world.createTopic("flights", { partitions: 2 });
    client = world.kafka.connect();
  });
  afterEach(() => world.stop());

  function produce(
    version: number,
    options: { acks?: number; partition?: number; records?: Uint8Array; topicId?: string } = {},
  ): Promise<ProduceResponse | undefined> {
    const { acks = -1, partition = 0, records = batchOf("a", "b"), topicId = ZERO_UUID } = options;
    const topicData = [{ name: "flights", topicId, partitionData: [{ index: partition, records }] }];
    return world.run(client.ask(produceApi, version, { acks, timeoutMs: 1_000, topicData }));
  }

  function fetch(version: number, options: { offset?: number; topicId?: string; maxWaitMs?: number } = {}) {
    const { offset = 0, topicId = ZERO_UUID, maxWaitMs = 0 } = options;
    const partitions = [{ partition: 0, fetchOffset: offset, partitionMaxBytes: 1_000_000 }];
    const topics = [{ topic: "flights", topicId, partitions }];
    return world.run(client.ask(fetchApi, version, { maxWaitMs, minBytes: 1, topics, forgottenTopicsData: [] }));
  }

  const topicIdOf = async (): Promise<string> => {
    const answer = await client.ask(metadataApi, 12, metadataRequest("flights"));
    return answer?.topics[0]?.topicId ?? "";
  };
  const metadataRequest = (name: string) => ({
    topics: [{ name, topicId: ZERO_UUID }],
    includeClusterAuthorizedOperations: false,
    includeTopicAuthorizedOperations: false,
  });

  describe("ApiVersions", () => {
    it("names the records that a compacted topic refuses", async () => {
      await world.createTopic("table", { partitions: 1, configs: { "cleanup.policy": "compact" } });
      const topicData = [{ name: "table", topicId: ZERO_UUID, partitionData: [{ index: 0, records: batchOf("a", "b") }] }];
      const answer = await world.run(client.ask(produceApi, 9, { acks: -1, timeoutMs: 1_000, topicData }));
      const reason = "the record has no key";
      expect(answer?.responses[0]?.partitionResponses[0]).toMatchObject({
        errorCode: 87,
        baseOffset: -1,
        recordErrors: [
          { batchIndex: 0, batchIndexErrorMessage: reason },
          { batchIndex: 1, batchIndexErrorMessage: reason },
        ],
      });
    });

    it("lists exactly what the table serves, in every version", async () => {
      const expected = KAFKA_HANDLERS.map(({ key, advertisedMin, versionMax }) => [key, advertisedMin, versionMax]);
      for (let version = 0; version <= 4; version++) {
        const answer = await client.ask(apiVersionsApi, version, { clientSoftwareName: "spec", clientSoftwareVersion: "1.0" });
        expect(answer?.apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, minVersion, maxVersion])).toEqual(expected);
      }
    });

    it("answers a version above ours in the layout of v0, with its own range only (G3)", async () => {
      const reader = await client.askRaw([0, 18, 0, 5, 0, 0, 0, 7, 1, 2, 3]);
      expect([reader?.readInt16(), reader?.readInt32(), reader?.readInt16(), reader?.readInt16(), reader?.readInt16()]).toEqual([
        35, 1, 18, 0, 4,
      ]);
      expect(reader?.remaining).toBe(0);
    });

    it.each(["", "-x", "a b"])("refuses the client name %j (G4)", async (clientSoftwareName) => {
      const answer = await client.ask(apiVersionsApi, 3, { clientSoftwareName, clientSoftwareVersion: "1" });
      expect(answer?.errorCode).toBe(42);
    });
  });

  describe("a request that is not served", () => {
    it.each([
      ["an unknown key", [0, 99, 0, 0, 0, 0, 0, 1, 0xff, 0xff]],
      ["Produce 2, which is advertised for probes only", [0, 0, 0, 2, 0, 0, 0, 1, 0xff, 0xff]],
      ["a version above ours", [0, 3, 0, 99, 0, 0, 0, 1, 0xff, 0xff]],
    ])("closes the connection: %s", async (_, frame) => {
      await expect(client.askRaw(frame)).rejects.toMatchObject({ code: "unsupported-kafka-request" });
    });

    it("closes the connection: half a body", async () => {
      await expect(client.askRaw([0, 1, 0, 4, 0, 0, 0, 1, 0xff, 0xff, 0, 0])).rejects.toMatchObject({ code: "malformed-kafka-frame" });
    });
  });

  describe("Produce and Fetch", () => {
    it.each(Array.from({ length: 10 }, (_, index) => index + 3))("stores what is read again by names, Produce v%i", async (version) => {
      const answer = await produce(version);
      expect(answer?.responses[0]?.partitionResponses[0]).toMatchObject({ errorCode: 0, baseOffset: 0 });
      const read = await fetch(Math.min(12, version + 1));
      expect(read?.responses[0]?.partitions[0]).toMatchObject({ errorCode: 0, highWatermark: 2 });
      expect(read?.responses[0]?.partitions[0]?.records?.length).toBe(batchOf("a", "b").length);
    });

    it("knows topics by id from Produce 13 and Fetch 13 on, and only ids that exist", async () => {
      const topicId = await topicIdOf();
      expect((await produce(13, { topicId }))?.responses[0]?.partitionResponses[0]).toMatchObject({ errorCode: 0 });
      for (const version of [13, 15, 17])
        expect((await fetch(version, { topicId }))?.responses[0]?.partitions[0]).toMatchObject({ errorCode: 0, highWatermark: 2 });
      const unknown = "f".repeat(32);
      expect((await produce(13, { topicId: unknown }))?.responses[0]?.partitionResponses[0]?.errorCode).toBe(100);
      expect((await fetch(13, { topicId: unknown, maxWaitMs: 60_000 }))?.responses[0]?.partitions[0]?.errorCode).toBe(100);
    });

    it.each([
      ["other acks", { acks: 2 }, 21],
      ["a partition that is not there", { partition: 7 }, 3],
      ["two batches", { records: Uint8Array.from([...batchOf("a"), ...batchOf("b")]) }, 87],
      ["a flipped bit", { records: batchOf("abc").map((byte, index) => (index === 65 ? byte ^ 1 : byte)) }, 2],
      ["nothing", { records: new Uint8Array(0) }, 2],
    ])("refuses %s", async (_, options, errorCode) => {
      expect((await produce(9, options))?.responses[0]?.partitionResponses[0]).toMatchObject({ errorCode, baseOffset: -1 });
    });

    it("answers nothing with acks=0, and closes the connection when records are lost", async () => {
      expect(await produce(9, { acks: 0 })).toBeUndefined();
      await expect(produce(9, { acks: 0, partition: 7 })).rejects.toMatchObject({ code: "unacknowledged-records-lost" });
    });

    it("wakes a waiting Fetch when records come, not before", async () => {
      let isAnswered = false;
      const waiting = fetch(11, { maxWaitMs: 200_000 }).then((answer) => {
        isAnswered = true;
        return answer;
      });
      const second = world.kafka.connect();
      await world.clock.advance(1_000);
      expect(isAnswered).toBe(false);
      const topicData = [{ name: "flights", topicId: ZERO_UUID, partitionData: [{ index: 0, records: batchOf("x") }] }];
      await world.run(second.ask(produceApi, 8, { acks: -1, timeoutMs: 1_000, topicData }));
      expect((await waiting)?.responses[0]?.partitions[0]).toMatchObject({ errorCode: 0, highWatermark: 1 });
    });

    it("tells an offset that is out of range at once, and sessions that are not here", async () => {
      expect((await fetch(11, { offset: 9, maxWaitMs: 60_000 }))?.responses[0]?.partitions[0]?.errorCode).toBe(1);
      const answer = await client.ask(fetchApi, 11, {
        maxWaitMs: 0,
        minBytes: 1,
        sessionId: 5,
        sessionEpoch: 2,
        topics: [],
        forgottenTopicsData: [],
      });
      expect(answer).toMatchObject({ errorCode: 70, sessionId: 0 });
    });
  });

  it("finds offsets: earliest, latest, by time, of no tier", async () => {
    await produce(9);
    const ask = async (timestamp: number) => {
      const topics = [{ name: "flights", partitions: [{ partitionIndex: 0, timestamp }] }];
      return (await client.ask(listOffsetsApi, 9, { replicaId: -1, isolationLevel: 0, topics, timeoutMs: 0 }))?.topics[0]?.partitions[0];
    };
    expect(await ask(-2)).toMatchObject({ errorCode: 0, offset: 0 });
    expect(await ask(-4)).toMatchObject({ errorCode: 0, offset: 0 });
    expect(await ask(-1)).toMatchObject({ errorCode: 0, offset: 2, timestamp: -1 });
    expect(await ask(500)).toMatchObject({ errorCode: 0, offset: 0, timestamp: 1_000 });
    expect(await ask(5_000)).toMatchObject({ errorCode: 0, offset: -1, timestamp: -1 });
    expect(await ask(-5)).toMatchObject({ errorCode: 0, offset: -1 });
  });

  it("describes topics and brokers in every version of Metadata, and makes no topic unless it is allowed", async () => {
    for (let version = 0; version <= 13; version++) {
      const answer = await client.ask(metadataApi, version, metadataRequest("flights"));
      expect(answer?.topics[0]).toMatchObject({ errorCode: 0, name: "flights" });
      expect(answer?.topics[0]?.partitions).toHaveLength(2);
    }
    expect((await client.ask(metadataApi, 9, metadataRequest("nothing")))?.topics[0]?.errorCode).toBe(3);
    expect((await client.ask(metadataApi, 9, metadataRequest("no such name")))?.topics[0]?.errorCode).toBe(17);
  });

  it("gives idempotent producers ids of their own", async () => {
    const ask = () => world.run(client.ask(initProducerIdApi, 4, { transactionalId: null, transactionTimeoutMs: 1_000 }));
    const [first, second] = [await ask(), await ask()];
    expect(first).toMatchObject({ errorCode: 0, producerEpoch: 0 });
    expect(second?.producerId).not.toBe(first?.producerId);
  });
});
