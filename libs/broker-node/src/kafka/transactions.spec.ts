import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import {
  addOffsetsToTxnApi,
  addPartitionsToTxnApi,
  endTxnApi,
  fetchApi,
  initProducerIdApi,
  offsetFetchApi,
  produceApi,
  txnOffsetCommitApi,
  ZERO_UUID,
} from "@millrace/kafka-wire";
import { GROUP_OFFSETS_TOPIC, producerEpoch, producerId, timestampMs, TRANSACTION_STATE_TOPIC } from "@millrace/model";
import { BatchBuilder } from "@millrace/records";
import { referenceCrc32c } from "@millrace/testkit";
import type { KafkaTestClient } from "../../test/kafka-loopback.ts";
import { bytes, World } from "../../test/world.ts";

interface Owner {
  readonly producerId: number;
  readonly producerEpoch: number;
}

describe("transactions over Kafka", () => {
  let world: World;
  let client: KafkaTestClient;

  beforeEach(async () => {
    world = await World.create();
    await world.createTopic("out", { partitions: 1 });
    await world.createTopic(TRANSACTION_STATE_TOPIC, { partitions: 2 });
    await world.createTopic(GROUP_OFFSETS_TOPIC, { partitions: 2 });
    client = world.kafka.connect();
  });
  afterEach(() => world.stop());

  async function init(of: Partial<Owner> = {}) {
    const answer = await world.run(client.ask(initProducerIdApi, 4, { transactionalId: "t", transactionTimeoutMs: 60_000, ...of }));
    return { errorCode: answer?.errorCode ?? -1, producerId: answer?.producerId ?? -1, producerEpoch: answer?.producerEpoch ?? -1 };
  }
  async function addPartition(owner: Owner, version: number, topic = "out"): Promise<number | undefined> {
    const topics = [{ name: topic, partitions: [0] }];
    const answer = await world.run(
      client.ask(addPartitionsToTxnApi, version, {
        transactions: [
          { transactionalId: "t", producerId: owner.producerId, producerEpoch: owner.producerEpoch, verifyOnly: false, topics },
        ],
        v3AndBelowTransactionalId: "t",
        v3AndBelowProducerId: owner.producerId,
        v3AndBelowProducerEpoch: owner.producerEpoch,
        v3AndBelowTopics: topics,
      }),
    );
    const results = version >= 4 ? answer?.resultsByTransaction[0]?.topicResults : answer?.resultsByTopicV3AndBelow;
    return results?.[0]?.resultsByPartition[0]?.partitionErrorCode;
  }
  async function produce(owner: Owner, baseSequence: number, version = 9): Promise<number | undefined> {
    const builder = new BatchBuilder({ crc32c: referenceCrc32c });
    builder.append(timestampMs(1), null, bytes("x"));
    const records = builder.build({
      producerId: producerId(owner.producerId),
      producerEpoch: producerEpoch(owner.producerEpoch),
      baseSequence,
      transactional: true,
    });
    const topicData = [{ name: "out", topicId: ZERO_UUID, partitionData: [{ index: 0, records }] }];
    const answer = await world.run(client.ask(produceApi, version, { transactionalId: "t", acks: -1, timeoutMs: 1_000, topicData }));
    return answer?.responses[0]?.partitionResponses[0]?.errorCode;
  }
  const end = async (owner: Owner, committed: boolean, version = 3) =>
    (
      await world.run(
        client.ask(endTxnApi, version, {
          transactionalId: "t",
          producerId: owner.producerId,
          producerEpoch: owner.producerEpoch,
          committed,
        }),
      )
    )?.errorCode;
  const readCommitted = async () => {
    const topics = [{ topic: "out", topicId: ZERO_UUID, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000 }] }];
    const answer = await client.ask(fetchApi, 11, { maxWaitMs: 0, minBytes: 1, isolationLevel: 1, topics, forgottenTopicsData: [] });
    const { lastStableOffset, abortedTransactions, records } = answer?.responses[0]?.partitions[0] ?? {};
    return { lastStableOffset, aborted: abortedTransactions?.map(({ firstOffset }) => firstOffset), bytes: records?.length };
  };
  const committedOffset = async (requireStable: boolean) => {
    const groups = [{ groupId: "g", topics: [{ name: "out", topicId: ZERO_UUID, partitionIndexes: [0] }] }];
    const found = await world.run(client.ask(offsetFetchApi, 8, { groupId: "", topics: null, groups, requireStable }));
    const { committedOffset: offset, errorCode } = found?.groups[0]?.topics[0]?.partitions[0] ?? {};
    return [offset, errorCode];
  };
  const commitOffset = async (owner: Owner, offset: number, version = 3) => {
    const topics = [{ name: "out", partitions: [{ partitionIndex: 0, committedOffset: offset, committedMetadata: null }] }];
    const { producerId: id, producerEpoch: epoch } = owner;
    const answer = await world.run(
      client.ask(txnOffsetCommitApi, version, { transactionalId: "t", groupId: "g", producerId: id, producerEpoch: epoch, topics }),
    );
    return answer?.topics[0]?.partitions[0]?.errorCode;
  };
  const addOffsets = async (owner: Owner) =>
    (
      await world.run(
        client.ask(addOffsetsToTxnApi, 3, {
          transactionalId: "t",
          producerId: owner.producerId,
          producerEpoch: owner.producerEpoch,
          groupId: "g",
        }),
      )
    )?.errorCode;

  it("holds readers of committed records back until the end, and tells them what was aborted", async () => {
    const owner = await init();
    expect(await addPartition(owner, 3)).toBe(0);
    expect(await produce(owner, 0)).toBe(0);
    expect(await readCommitted()).toMatchObject({ lastStableOffset: 0, bytes: 0 });
    expect(await end(owner, false)).toBe(0);
    expect(await readCommitted()).toMatchObject({ lastStableOffset: 2, aborted: [0] });
    expect(await addPartition(owner, 5)).toBe(0);
    expect(await produce(owner, 1)).toBe(0);
    expect(await end(owner, true)).toBe(0);
    expect(await readCommitted()).toMatchObject({ lastStableOffset: 4, aborted: [0] });
  });

  it.each([
    [9, 48],
    [11, 120],
  ])("refuses records for a partition that is not in the transaction (Produce v%i: %i)", async (version, errorCode) => {
    expect(await produce(await init(), 0, version)).toBe(errorCode);
  });

  it("fences the older instance everywhere, by the code that its version knows", async () => {
    const old = await init();
    await addPartition(old, 3);
    await produce(old, 0);
    const owner = await init();
    expect(owner.producerEpoch).toBeGreaterThan(old.producerEpoch);
    expect(await produce(old, 1)).toBe(47);
    expect([await addPartition(old, 1), await addPartition(old, 3)]).toEqual([47, 90]);
    expect([await end(old, true, 1), await end(old, true, 3)]).toEqual([47, 90]);
    expect((await init(old)).errorCode).toBe(90);
    expect((await init(owner)).errorCode).toBe(0);
  });

  it("answers a producer again whose answer was lost, until another instance comes (KIP-360)", async () => {
    const first = await init();
    const renewed = await init(first);
    expect(renewed).toEqual({ errorCode: 0, producerId: first.producerId, producerEpoch: first.producerEpoch + 1 });
    expect(await init(first)).toEqual(renewed);
    await init();
    expect((await init(first)).errorCode).toBe(90);
    expect((await init(renewed)).errorCode).toBe(90);
  });

  it("gives out an id that nobody has used, whatever producer asks, and fences a stranger afterwards", async () => {
    const stranger = { producerId: 7_777, producerEpoch: 0 };
    const owner = await init(stranger); // @platformatic/kafka sends 0/0 at first
    expect(owner.errorCode).toBe(0);
    expect((await init(stranger)).errorCode).toBe(90);
    expect(await addPartition(owner, 3)).toBe(0);
  });

  it("adds all partitions or none", async () => {
    const owner = await init();
    expect(await addPartition(owner, 3, "nothing")).toBe(3);
    expect(await end(owner, true)).toBe(48);
  });

  it.each([
    [true, [5, 0]],
    [false, [-1, 0]],
  ])("lets offsets of a group count with the commit only (committed %p)", async (committed, expected) => {
    const owner = await init();
    expect(await commitOffset(owner, 5)).toBe(48); // the group is not in the transaction
    expect(await addOffsets(owner)).toBe(0);
    expect(await commitOffset(owner, 4)).toBe(0);
    expect(await commitOffset(owner, 5)).toBe(0);
    expect(await committedOffset(true)).toEqual([-1, 88]);
    expect(await committedOffset(false)).toEqual([-1, 0]);
    expect(await end(owner, committed)).toBe(0);
    expect(await committedOffset(true)).toEqual(expected);
    await world.powerLoss(1);
    client = world.kafka.connect();
    expect(await committedOffset(true)).toEqual(expected);
  });
});
