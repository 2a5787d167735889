import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import {
  alterConfigsApi,
  alterPartitionReassignmentsApi,
  createPartitionsApi,
  deleteTopicsApi,
  deleteRecordsApi,
  describeConfigsApi,
  describeLogDirsApi,
  describeProducersApi,
  describeTopicPartitionsApi,
  describeTransactionsApi,
  electLeadersApi,
  incrementalAlterConfigsApi,
  initProducerIdApi,
  listConfigResourcesApi,
  listPartitionReassignmentsApi,
  listTransactionsApi,
  produceApi,
  updateFeaturesApi,
  ZERO_UUID,
} from "@millrace/kafka-wire";
import { GROUP_OFFSETS_TOPIC, type ProducerEpoch, type ProducerId, timestampMs, TRANSACTION_STATE_TOPIC } from "@millrace/model";
import { BatchBuilder } from "@millrace/records";
import { referenceCrc32c } from "@millrace/testkit";
import { bytes, World } from "../../test/world.ts";
import type { KafkaTestClient } from "../../test/kafka-loopback.ts";

const TOPIC = 2;
const BROKER = 4;
const SET = 0;
const DELETE = 1;

describe("kafka administration", () => {
  let world: World;
  let client: KafkaTestClient;

  beforeEach(async () => {
    world = await World.create();
    await world.createTopic("flights", { partitions: 2 });
    client = world.kafka.connect();
  });
  afterEach(() => world.stop());

  function batchOf(values: readonly string[], producer?: { id: number; baseSequence: number }): Uint8Array {
    const builder = new BatchBuilder({ crc32c: referenceCrc32c });
    for (const value of values) builder.append(timestampMs(1_000), null, bytes(value));
    if (producer === undefined) return builder.build();
    return builder.build({ producerId: producer.id as ProducerId, producerEpoch: 0 as ProducerEpoch, baseSequence: producer.baseSequence });
  }

  async function produce(records: Uint8Array, partition = 0): Promise<number | undefined> {
    const topicData = [{ name: "flights", topicId: ZERO_UUID, partitionData: [{ index: partition, records }] }];
    const answer = await world.run(client.ask(produceApi, 9, { acks: -1, timeoutMs: 1_000, topicData }));
    return answer?.responses[0]?.partitionResponses[0]?.errorCode;
  }

  async function configsOf(names: readonly string[] | null, resourceType = TOPIC, resourceName = "flights") {
    const resources = [{ resourceType, resourceName, configurationKeys: names }];
    const answer = await client.ask(describeConfigsApi, 4, { resources, includeSynonyms: true, includeDocumentation: true });
    return answer?.results[0];
  }

  const alter = (configs: { name: string; configOperation: number; value: string | null }[], options: { validateOnly?: boolean } = {}) =>
    world.run(
      client.ask(incrementalAlterConfigsApi, 1, {
        resources: [{ resourceType: TOPIC, resourceName: "flights", configs }],
        validateOnly: options.validateOnly ?? false,
      }),
    );

  it("deletes a topic by its id, and no other that has its name by then", async () => {
    const { topicId } = world.coordinator.topicOf("flights");
    const remove = async (topic: { name: string | null; topicId: string }) =>
      (await world.run(client.ask(deleteTopicsApi, 6, { topics: [topic], timeoutMs: 1_000 })))?.responses[0]?.errorCode;
    expect(await remove({ name: "flights", topicId })).toBe(42);
    world.coordinator.recreateUnheard("flights");
    expect(await remove({ name: null, topicId })).toBe(100);
    expect(world.coordinator.topicOf("flights").topicId).toBe("f".repeat(32));
    expect(await remove({ name: null, topicId: "e".repeat(32) })).toBe(100);
    expect(await remove({ name: "flights", topicId: ZERO_UUID })).toBe(0);
  });

  describe("settings", () => {
    it("are described with value, source, type, default and words", async () => {
      await alter([{ name: "retention.ms", configOperation: SET, value: "5" }]);
      const described = await configsOf(["retention.ms", "cleanup.policy"]);
      expect(
        described?.configs.map(({ name, value, configSource, configType, synonyms }) => [name, value, configSource, configType, synonyms]),
      ).toEqual([
        ["cleanup.policy", "delete", 5, 7, [{ name: "cleanup.policy", value: "delete", source: 5 }]],
        [
          "retention.ms",
          "5",
          1,
          5,
          [
            { name: "retention.ms", value: "5", source: 1 },
            { name: "retention.ms", value: "604800000", source: 5 },
          ],
        ],
      ]);
      expect(described?.configs.every(({ documentation }) => (documentation ?? "") !== "")).toBe(true);
    });

    it("take effect at once on partitions that run", async () => {
      expect(await produce(batchOf(["x".repeat(500)]))).toBe(0);
      await alter([{ name: "max.message.bytes", configOperation: SET, value: "200" }]);
      expect(await produce(batchOf(["x".repeat(500)]))).toBe(10);
      await alter([{ name: "max.message.bytes", configOperation: DELETE, value: null }]);
      expect(await produce(batchOf(["x".repeat(500)]))).toBe(0);
    });

    it("are all replaced by AlterConfigs", async () => {
      await alter([{ name: "retention.ms", configOperation: SET, value: "5" }]);
      const resources = [{ resourceType: TOPIC, resourceName: "flights", configs: [{ name: "segment.ms", value: "9" }] }];
      await world.run(client.ask(alterConfigsApi, 2, { resources, validateOnly: false }));
      const described = await configsOf(["retention.ms", "segment.ms"]);
      expect(described?.configs.map(({ value }) => value)).toEqual(["604800000", "9"]);
    });

    it("of the cluster are told by brokers, as the coordinator has them", async () => {
      const names = ["num.partitions", "default.replication.factor", "offsets.topic.replication.factor", "transaction.state.log.min.isr"];
      const broker = await configsOf(names, BROKER, "1");
      expect(broker?.configs.map(({ name, value }) => [name, value])).toEqual([
        ["num.partitions", "6"],
        ["default.replication.factor", "3"],
        ["offsets.topic.replication.factor", "3"],
        ["transaction.state.log.min.isr", "2"],
      ]);
    });

    it("of brokers are described and fixed; other resources are refused", async () => {
      const broker = await configsOf(["broker.id", "auto.create.topics.enable"], BROKER, "1");
      expect(broker?.configs.map(({ name, value, readOnly }) => [name, value, readOnly])).toEqual([
        ["broker.id", "1", true],
        ["auto.create.topics.enable", "false", true],
      ]);
      const resources = [
        { resourceType: BROKER, resourceName: "1", configs: [] },
        { resourceType: 16, resourceName: "m", configs: [] },
      ];
      const answer = await client.ask(incrementalAlterConfigsApi, 1, { resources, validateOnly: false });
      expect(answer?.responses.map(({ errorCode }) => errorCode)).toEqual([42, 42]);
    });

    it.each([
      [{ name: "retention.ms", configOperation: SET, value: "soon" }, 40],
      [{ name: "retention.min", configOperation: SET, value: "1" }, 40],
      [{ name: "compression.lz4.level", configOperation: SET, value: "5" }, 40],
      [{ name: "compression.gzip.level", configOperation: SET, value: "0" }, 40],
      [{ name: "retention.ms", configOperation: SET, value: null }, 42],
    ])("refuse %j with %i", async (config, code) => {
      const answer = await alter([config]);
      expect(answer?.responses[0]?.errorCode).toBe(code);
      expect(answer?.responses[0]?.errorMessage ?? "").not.toBe("");
    });

    it("are listed with the topics and brokers that have them", async () => {
      const list = async (version: number, resourceTypes: number[]) =>
        (await client.ask(listConfigResourcesApi, version, { resourceTypes }))?.configResources.map(({ resourceName }) => resourceName);
      expect([await list(0, []), await list(1, []), await list(1, [BROKER])]).toEqual([[], ["flights", "1"], ["1"]]);
    });
  });

  describe("partitions", () => {
    const grow = async (topics: { name: string; count: number }[]) => {
      const asked = topics.map((topic) => ({ ...topic, assignments: null }));
      const answer = await world.run(client.ask(createPartitionsApi, 3, { topics: asked, timeoutMs: 1_000, validateOnly: false }));
      return answer?.results.map(({ name, errorCode }) => [name, errorCode]);
    };

    it("are added, and take records when the answer is there", async () => {
      expect(await grow([{ name: "flights", count: 4 }])).toEqual([["flights", 0]]);
      expect(await produce(batchOf(["a"]), 3)).toBe(0);
    });

    it("of unknown topics and topics that are named twice are refused", async () => {
      expect(await grow([{ name: "nothing", count: 4 }])).toEqual([["nothing", 3]]);
      const twice = { name: "flights", count: 5 };
      expect(await grow([twice, twice])).toEqual([["flights", 42]]);
    });

    it("are described page by page", async () => {
      await world.createTopic("airports", { partitions: 3 });
      const ask = async (cursor: { topicName: string; partitionIndex: number } | null) => {
        const answer = await client.ask(describeTopicPartitionsApi, 0, { topics: [], responsePartitionLimit: 2, cursor });
        const partitions = answer?.topics.flatMap((topic) =>
          topic.partitions.map(({ partitionIndex }) => `${topic.name ?? ""}-${partitionIndex}`),
        );
        return { partitions, nextCursor: answer?.nextCursor };
      };
      const first = await ask(null);
      expect(first).toEqual({ partitions: ["airports-0", "airports-1"], nextCursor: { topicName: "airports", partitionIndex: 2 } });
      const second = await ask(first.nextCursor ?? null);
      expect(second).toEqual({ partitions: ["airports-2", "flights-0"], nextCursor: { topicName: "flights", partitionIndex: 1 } });
      expect(await ask(second.nextCursor ?? null)).toEqual({ partitions: ["flights-1"], nextCursor: null });
    });

    it("are asked to be led by others", async () => {
      const ask = async (topicPartitions: { topic: string; partitions: number[] }[] | null, electionType = 0) =>
        world.run(client.ask(electLeadersApi, 2, { electionType, topicPartitions }));
      const elect = await ask([{ topic: "flights", partitions: [0, 7] }]);
      expect(elect?.replicaElectionResults[0]?.partitionResult.map(({ errorCode }) => errorCode)).toEqual([84, 3]);
      expect((await ask(null))?.replicaElectionResults).toEqual([]);
      expect((await ask([]))?.replicaElectionResults).toEqual([]);
      expect((await ask(null, 2))?.errorCode).toBe(42);
    });

    it("are asked to be moved, and are listed while they are", async () => {
      const partitions = [
        { partitionIndex: 0, replicas: null },
        { partitionIndex: 1, replicas: [2] },
        { partitionIndex: 9, replicas: [1] },
        { partitionIndex: 0, replicas: [] },
      ];
      const moved = await world.run(client.ask(alterPartitionReassignmentsApi, 0, { topics: [{ name: "flights", partitions }] }));
      expect(moved?.responses[0]?.partitions.map(({ errorCode }) => errorCode)).toEqual([85, 0, 3, 39]);
      const list = async (topics: { name: string; partitionIndexes: number[] }[] | null) =>
        (await world.run(client.ask(listPartitionReassignmentsApi, 0, { topics })))?.topics;
      const moving = [
        { name: "flights", partitions: [{ partitionIndex: 1, replicas: [2, 1], addingReplicas: [2], removingReplicas: [1] }] },
      ];
      expect(await list(null)).toEqual(moving);
      expect(await list([{ name: "flights", partitionIndexes: [0, 1] }])).toEqual(moving);
      expect(await list([{ name: "flights", partitionIndexes: [0] }])).toEqual([]);
      expect(await list([])).toEqual([]);
    });

    it("keep their number of replicas, where the request says so", async () => {
      const topics = [{ name: "flights", partitions: [{ partitionIndex: 0, replicas: [1, 2] }] }];
      const ask = async (version: number, allowReplicationFactorChange: boolean) => {
        const answer = await world.run(client.ask(alterPartitionReassignmentsApi, version, { topics, allowReplicationFactorChange }));
        return answer?.responses[0]?.partitions[0]?.errorCode;
      };
      expect([await ask(1, false), await ask(1, true), await ask(0, true)]).toEqual([38, 0, 0]);
    });
  });

  describe("records and logs", () => {
    const deleteBefore = async (offset: number, partitionIndex = 0) => {
      const topics = [{ name: "flights", partitions: [{ partitionIndex, offset }] }];
      const answer = await world.run(client.ask(deleteRecordsApi, 2, { topics, timeoutMs: 1_000 }));
      return answer?.topics[0]?.partitions[0];
    };

    it("are deleted up to an offset, or all of them with -1", async () => {
      await produce(batchOf(["a", "b", "c"]));
      expect(await deleteBefore(2)).toEqual({ partitionIndex: 0, lowWatermark: 2, errorCode: 0 });
      expect(await deleteBefore(4)).toEqual({ partitionIndex: 0, lowWatermark: -1, errorCode: 1 });
      expect(await deleteBefore(-1)).toEqual({ partitionIndex: 0, lowWatermark: 3, errorCode: 0 });
      expect(await deleteBefore(0, 9)).toEqual({ partitionIndex: 9, lowWatermark: -1, errorCode: 3 });
    });

    it("of groups and of compacted topics are not a client's to delete", async () => {
      await world.createTopic(GROUP_OFFSETS_TOPIC, { partitions: 1 });
      await world.createTopic("latest", { partitions: 1, configs: { "cleanup.policy": "compact" } });
      const topics = [GROUP_OFFSETS_TOPIC, "latest", "flights"].map((name) => ({ name, partitions: [{ partitionIndex: 0, offset: 0 }] }));
      const answer = await world.run(client.ask(deleteRecordsApi, 2, { topics, timeoutMs: 1_000 }));
      expect(answer?.topics.map(({ name, partitions }) => [name, partitions[0]?.errorCode])).toEqual([
        [GROUP_OFFSETS_TOPIC, 17],
        ["latest", 44],
        ["flights", 0],
      ]);
    });

    it("take room that is told by partition", async () => {
      const batch = batchOf(["a"]);
      await produce(batch);
      const ask = (topics: { topic: string; partitions: number[] }[] | null) => client.ask(describeLogDirsApi, 4, { topics });
      const [folder] = (await ask(null))?.results ?? [];
      expect(folder?.topics).toEqual([
        {
          name: "flights",
          partitions: [0, 1].map((partitionIndex) => ({
            partitionIndex,
            partitionSize: partitionIndex === 0 ? batch.length : 0,
            offsetLag: 0,
            isFutureKey: false,
          })),
        },
      ]);
      expect((await ask([{ topic: "flights", partitions: [1] }]))?.results[0]?.topics[0]?.partitions).toHaveLength(1);
    });
  });

  describe("producers and transactions", () => {
    it("are known by the partitions that have their batches", async () => {
      await produce(batchOf(["a", "b"], { id: 77, baseSequence: 0 }));
      const topics = [{ name: "flights", partitionIndexes: [0, 5] }];
      const answer = await client.ask(describeProducersApi, 0, { topics });
      const [known, unknown] = answer?.topics[0]?.partitions ?? [];
      expect(known?.activeProducers).toEqual([
        expect.objectContaining({ producerId: 77, producerEpoch: 0, lastSequence: 1, coordinatorEpoch: -1, currentTxnStartOffset: -1 }),
      ]);
      expect(unknown?.errorCode).toBe(3);
    });

    it("are described and listed by their coordinator", async () => {
      await world.createTopic(TRANSACTION_STATE_TOPIC, { partitions: 1 });
      await world.run(client.ask(initProducerIdApi, 4, { transactionalId: "copier", transactionTimeoutMs: 60_000 }));
      const described = await client.ask(describeTransactionsApi, 0, { transactionalIds: ["copier", "nobody"] });
      expect(described?.transactionStates.map(({ errorCode, transactionState }) => [errorCode, transactionState])).toEqual([
        [0, "Empty"],
        [105, ""],
      ]);
      const list = async (request: { stateFilters?: string[]; transactionalIdPattern?: string; durationFilter?: number }) => {
        const answer = await client.ask(listTransactionsApi, 2, { stateFilters: [], producerIdFilters: [], ...request });
        return [answer?.errorCode, answer?.transactionStates.map(({ transactionalId }) => transactionalId), answer?.unknownStateFilters];
      };
      expect(await list({})).toEqual([0, ["copier"], []]);
      expect(await list({ stateFilters: ["Ongoing", "Sleeping"] })).toEqual([0, [], ["Sleeping"]]);
      expect(await list({ transactionalIdPattern: "cop.*" })).toEqual([0, ["copier"], []]);
      expect(await list({ transactionalIdPattern: "x.*" })).toEqual([0, [], []]);
      expect(await list({ transactionalIdPattern: "(" })).toEqual([128, [], []]);
      expect(await list({ durationFilter: 0 })).toEqual([0, [], []]);
    });
  });

  it("features have no levels here", async () => {
    const featureUpdates = [{ feature: "transaction.version", maxVersionLevel: 2, allowDowngrade: false }];
    expect((await client.ask(updateFeaturesApi, 1, { featureUpdates }))?.results.map(({ errorCode }) => errorCode)).toEqual([95]);
    expect((await client.ask(updateFeaturesApi, 2, { featureUpdates }))?.errorCode).toBe(95);
  });
});
