import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { create } from "@bufbuild/protobuf";
import { bindService, BrokerPeerService, BrokerSchema } from "@millrace/contracts";
import { fetchApi, produceApi, ZERO_UUID } from "@millrace/kafka-wire";
import { producerEpoch, producerId, timestampMs, TRANSACTION_STATE_TOPIC } from "@millrace/model";
import { BatchBuilder } from "@millrace/records";
import { referenceCrc32c, settle } from "@millrace/testkit";
import { BoundedQueue } from "@millrace/stdx";
import type { KafkaTestClient } from "../../test/kafka-loopback.ts";
import { bytes, World } from "../../test/world.ts";

const TIMEOUT_MS = 1_000;

function batchOf(value: string, owner?: { producerId: number; producerEpoch: number }): Uint8Array {
  const builder = new BatchBuilder({ crc32c: referenceCrc32c });
  builder.append(timestampMs(1_000), null, bytes(value));
  if (owner === undefined) return builder.build();
  const ids = { producerId: producerId(owner.producerId), producerEpoch: producerEpoch(owner.producerEpoch) };
  return builder.build({ ...ids, baseSequence: 0, transactional: true });
}

describe("Produce with a partition whose replicas are away", () => {
  let world: World;
  let client: KafkaTestClient;

  /** Partition 0 has this broker alone; partition 1 also one that never fetches. */
  beforeEach(async () => {
    world = await World.create();
    await world.createTopic("flights", { partitions: 2, configs: { "min.insync.replicas": "2" } });
    world.coordinator.alterPartition("flights", 1, { replicas: [1, 2], inSyncSet: [1, 2] });
    await settle();
    client = world.kafka.connect();
  });
  afterEach(() => world.stop());

  const ask = (partitions: readonly number[], records = batchOf("x"), transactionalId: string | null = null) => {
    const partitionData = partitions.map((index) => ({ index, records }));
    const topicData = [{ name: "flights", topicId: ZERO_UUID, partitionData }];
    return client.ask(produceApi, 9, { acks: -1, timeoutMs: TIMEOUT_MS, transactionalId, topicData });
  };
  const codesOf = (answer: Awaited<ReturnType<typeof ask>>) =>
    answer?.responses[0]?.partitionResponses.map(({ errorCode, baseOffset }) => [errorCode, baseOffset]);

  it("answers each partition by itself when the time is over", async () => {
    expect(codesOf(await world.run(ask([0, 1])))).toEqual([
      [0, 0],
      [7, -1],
    ]);
    // Stored on the leader, as Kafka does: the client does not know, and sends again.
    const topics = [{ topic: "flights", topicId: ZERO_UUID, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000 }] }];
    const read = await world.run(client.ask(fetchApi, 11, { maxWaitMs: 0, minBytes: 1, topics, forgottenTopicsData: [] }));
    expect(read?.responses[0]?.partitions[0]).toMatchObject({ errorCode: 0, highWatermark: 1 });
  });

  it("names the leader and its address to who asks another broker (KIP-951)", async () => {
    world.coordinator.alterPartition("flights", 0, { leader: 2, replicas: [2], inSyncSet: [2] });
    world.coordinator.tell({
      brokers: [create(BrokerSchema, { brokerId: 2, address: "broker-2:9190", kafkaAddress: "two.example:9093", rack: "b" })],
    });
    await settle();
    const topicData = [{ name: "flights", topicId: ZERO_UUID, partitionData: [{ index: 0, records: batchOf("x") }] }];
    const answer = await world.run(client.ask(produceApi, 10, { acks: -1, timeoutMs: TIMEOUT_MS, transactionalId: null, topicData }));
    expect(answer?.responses[0]?.partitionResponses[0]).toMatchObject({ errorCode: 6, currentLeader: { leaderId: 2 } });
    expect(answer?.nodeEndpoints).toEqual([{ nodeId: 2, host: "two.example", port: 9093, rack: "b" }]);
  });

  it("needs no more replicas in sync than a partition has (KIP-966)", async () => {
    expect(codesOf(await world.run(ask([0])))).toEqual([[0, 0]]);
  });

  it("refuses before the append while too few are in sync", async () => {
    world.coordinator.alterPartition("flights", 1, { inSyncSet: [1] });
    await settle();
    expect(codesOf(await world.run(ask([1])))).toEqual([[19, -1]]);
  });

  it("tells at once when too few are in sync after the append", async () => {
    const waiting = ask([1]);
    await settle();
    world.coordinator.alterPartition("flights", 1, { inSyncSet: [1] });
    await settle();
    expect(codesOf(await waiting)).toEqual([[20, -1]]); // without time passing
  });

  const OWNER = { producerId: 7, producerEpoch: 0 };

  /** Another broker coordinates transactions, and answers when the returned function is called. */
  async function slowCoordinator(): Promise<() => void> {
    await world.createTopic(TRANSACTION_STATE_TOPIC, { partitions: 1 });
    world.coordinator.alterPartition(TRANSACTION_STATE_TOPIC, 0, { leader: 2, replicas: [2], inSyncSet: [2] });
    const slow = Promise.withResolvers<{ transactionNumber: bigint }>();
    await world.loopback.listen("broker-2:9190", [
      bindService(BrokerPeerService, {
        readReplica: () => Promise.resolve({}),
        describePositions: () => Promise.resolve({}),
        verifyTransaction: () => slow.promise,
        writeTransactionMarkers: () => Promise.resolve({}),
        replicaFetch: () => new BoundedQueue<never>({ weightMax: 1 }),
      }),
    ]);
    world.coordinator.tell({ brokers: [create(BrokerSchema, { brokerId: 2, address: "broker-2:9190" })] });
    await settle();
    return () => slow.resolve({ transactionNumber: 1n });
  }

  it("appends none that waited for its transaction's coordinator for too long", async () => {
    const answerOfCoordinator = await slowCoordinator();
    const answer = await world.run(ask([0], batchOf("late", OWNER), "t"));
    expect(codesOf(answer)).toEqual([[7, -1]]);
    answerOfCoordinator();
    await settle();
    expect(codesOf(await world.run(ask([0])))).toEqual([[0, 0]]); // the late one is not before it
  });

  it("appends what waited for its transaction's coordinator as it was sent, whatever was read into the frame since", async () => {
    const answerOfCoordinator = await slowCoordinator();
    const waiting = ask([0], batchOf("kept", OWNER), "t");
    await settle();
    answerOfCoordinator();
    expect(codesOf(await world.run(waiting))).toEqual([[0, 0]]); // its checksum is right
  });
});
