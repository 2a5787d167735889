import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Producer } from "@millrace/client";
import { endTxnApi, initProducerIdApi } from "@millrace/kafka-wire";
import { GROUP_OFFSETS_TOPIC, TRANSACTION_STATE_TOPIC } from "@millrace/model";
import { readPartition } from "./read-partition.ts";
import { bytes, World } from "./world.ts";

const PRODUCER_FENCED = 90;

describe("one producer state for both doors", () => {
  let world: World;
  let producer: Producer;

  beforeEach(async () => {
    world = await World.create();
    for (const topic of ["t", GROUP_OFFSETS_TOPIC, TRANSACTION_STATE_TOPIC]) await world.createTopic(topic, { partitions: 1 });
    producer = world.client().producer({ transactionalId: "id" });
    await world.run(producer.open(["t"]));
  });
  afterEach(() => world.stop());

  const initByKafka = (producerId = -1, producerEpoch = -1) =>
    world.run(
      world.kafka.connect().ask(initProducerIdApi, 4, { transactionalId: "id", transactionTimeoutMs: 60_000, producerId, producerEpoch }),
    );

  it("fences a gRPC producer when a Kafka client takes its transactional id, and aborts what is open", async () => {
    producer.beginTransaction();
    producer.send("t", { value: bytes("lost") });
    await world.run(producer.flush());
    await world.run(
      (async () => {
        // 51 until the open transaction is aborted
        while ((await initByKafka())?.errorCode !== 0) await new Promise((resolve) => world.clock.setTimer(50, () => resolve(undefined)));
      })(),
    );
    await expect(world.run(producer.commitTransaction())).rejects.toMatchObject({ kind: "fenced" });
    expect(await readPartition(world, world.client(), { topic: "t", partition: 0, isolation: "committed" })).toEqual([]);
  });

  it("fences a Kafka client when a gRPC producer takes its id", async () => {
    const owner = await initByKafka();
    expect(owner?.errorCode).toBe(0);
    const next = world.client().producer({ transactionalId: "id" });
    await world.run(next.open(["t"]));
    const { producerId = -1, producerEpoch = -1 } = owner ?? {};
    const ended = await world.run(
      world.kafka.connect().ask(endTxnApi, 3, { transactionalId: "id", producerId, producerEpoch, committed: true }),
    );
    expect(ended?.errorCode).toBe(PRODUCER_FENCED);
  });
});
