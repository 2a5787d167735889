import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { bindService, BrokerPeerService, BrokerService, ClusterService, TransactionService } from "@millrace/contracts";
import type { Client } from "@millrace/client";
import { AppError, producerEpoch, producerIdFromWire, timestampMs } from "@millrace/model";
import { BatchBuilder } from "@millrace/records";
import { referenceCrc32c } from "@millrace/testkit";
import { bytes, text, World } from "../test/world.ts";

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(async () => {
  await world.stop();
});

async function readAll(client: Client, topic: string, isolation: "committed" | "uncommitted" = "uncommitted"): Promise<string[]> {
  const values: string[] = [];
  const count = await client.partitionCount(topic);
  for (let partition = 0; partition < count; partition++) {
    const [end] = await world.run(client.listOffsets([{ topic, partition, at: "latest" }], isolation));
    const consumer = client.consumer({ isolation });
    consumer.assign([{ topic, partition, offset: "earliest" }]);
    let next = 0;
    while (next < (end?.offset ?? 0)) {
      const group = await world.run(consumer.poll({ timeoutMs: 1_000 }));
      if (group === undefined) break;
      for (const record of group.records) values.push(text(record.value));
      next = group.nextOffset;
    }
    await consumer.close();
  }
  return values;
}

describe("a broker, asked by a small client", () => {
  it("stores plain records and gives them back decoded", async () => {
    await world.createTopic("t", { partitions: 1 });
    const service = world.loopback.client(BrokerService, "broker-1:9190");
    const produced = await world.run(
      service.produce({
        partitions: [
          { topic: "t", data: { case: "records", value: { records: [{ key: bytes("k"), value: bytes("a") }, { value: bytes("b") }] } } },
        ],
      }),
    );
    expect(produced.results).toMatchObject([{ topic: "t", partition: 0, baseOffset: 0n }]);
    const fetched = await world.run(service.fetch({ partitions: [{ topic: "t", partition: 0, offset: 0n }], decode: true }));
    expect(
      fetched.results[0]?.records.map((record) => [record.offset, record.key && text(record.key), text(record.value ?? null)]),
    ).toEqual([
      [0n, "k", "a"],
      [1n, undefined, "b"],
    ]);
    expect(fetched.results[0]).toMatchObject({ highWatermark: 2n, nextOffset: 2n });
  });

  it("names what is wrong, for each partition alone", async () => {
    await world.createTopic("t", { partitions: 1, configs: { "max.message.bytes": "200" } });
    const service = world.loopback.client(BrokerService, "broker-1:9190");
    const records = (value: string) => ({ case: "records" as const, value: { records: [{ value: bytes(value) }] } });
    const { results } = await world.run(
      service.produce({
        partitions: [
          { topic: "nope", data: records("x") },
          { topic: "t", partition: 3, data: records("x") },
          { topic: "t", partition: 0, data: records("x".repeat(300)) },
          { topic: "t", partition: 0, data: records("fits") },
        ],
      }),
    );
    expect(results.map(({ error }) => error?.code)).toEqual(["unknown-topic", "unknown-partition", "record-too-large", undefined]);
  });

  it("wakes a waiting fetch when a record is stored, without any time passing", async () => {
    await world.createTopic("t", { partitions: 1 });
    const service = world.loopback.client(BrokerService, "broker-1:9190");
    const before = world.clock.monotonicMs();
    const waiting = service.fetch({ partitions: [{ topic: "t", partition: 0, offset: 0n }], maxWaitMs: 10_000, decode: true });
    await world.run(
      service.produce({ partitions: [{ topic: "t", data: { case: "records", value: { records: [{ value: bytes("a") }] } } }] }),
    );
    expect((await world.run(waiting)).results[0]?.records).toHaveLength(1);
    expect(world.clock.monotonicMs()).toBe(before);
  });

  it("deletes records up to an offset, and says so to who reads there", async () => {
    await world.createTopic("t", { partitions: 1 });
    const service = world.loopback.client(BrokerService, "broker-1:9190");
    const records = { case: "records" as const, value: { records: [{ value: bytes("a") }, { value: bytes("b") }, { value: bytes("c") }] } };
    await world.run(service.produce({ partitions: [{ topic: "t", data: records }] }));
    const deletions = [
      { topic: "t", partition: 0, beforeOffset: 2n },
      { topic: "t", partition: 0, beforeOffset: 9n },
    ];
    const { results } = await world.run(service.deleteRecords({ deletions }));
    expect(results).toMatchObject([{ logStartOffset: 2n }, { logStartOffset: -1n, error: { code: "invalid-request" } }]);
    const fetchFrom = async (offset: bigint) =>
      (await world.run(service.fetch({ partitions: [{ topic: "t", partition: 0, offset }], decode: true }))).results[0];
    expect((await fetchFrom(2n))?.records).toHaveLength(1);
    expect((await fetchFrom(1n))?.error?.code).toBe("offset-out-of-range");
  });

  it("reads to an end offset and not beyond, and ends the stream there", async () => {
    await world.createTopic("t", { partitions: 1 });
    const service = world.loopback.client(BrokerService, "broker-1:9190");
    const produce = (value: string) =>
      service.produce({ partitions: [{ topic: "t", data: { case: "records", value: { records: [{ value: bytes(value) }] } } }] });
    for (const value of ["a", "b", "c", "d"]) await world.run(produce(value));
    const partitions = [{ topic: "t", partition: 0, offset: 1n, endOffset: 3n }];
    const fetched = await world.run(service.fetch({ partitions, decode: true }));
    expect(fetched.results).toMatchObject([{ nextOffset: 3n, records: [{ offset: 1n }, { offset: 2n }] }]);
    const streamed: bigint[] = [];
    const reading = async (): Promise<void> => {
      const stream = service.fetchStream({ fetch: { partitions, decode: true, maxBytes: 1 } });
      for await (const { fetch } of stream)
        streamed.push(...(fetch?.results ?? []).flatMap(({ records }) => records.map(({ offset }) => offset)));
    };
    await world.run(reading());
    expect(streamed).toEqual([1n, 2n]);
    const before = world.clock.monotonicMs();
    await world.run(service.fetch({ partitions: [{ topic: "t", partition: 0, offset: 3n, endOffset: 3n }], maxWaitMs: 10_000 }));
    expect(world.clock.monotonicMs()).toBe(before); // nothing to wait for
  });

  it("answers an empty fetch when its time is over", async () => {
    await world.createTopic("t", { partitions: 1 });
    const service = world.loopback.client(BrokerService, "broker-1:9190");
    const fetched = await world.run(service.fetch({ partitions: [{ topic: "t", partition: 0, offset: 0n }], maxWaitMs: 100 }));
    expect(fetched.results).toMatchObject([{ nextOffset: 0n, highWatermark: 0n }]);
  });
});

describe("a producer and a consumer", () => {
  it("move every record once and in order through several partitions", async () => {
    await world.createTopic("t", { partitions: 3 });
    const client = world.client();
    const producer = client.producer({ batchBytes: 2_000 });
    await world.run(producer.open(["t"]));
    for (let i = 0; i < 3_000; i++) {
      if (!producer.send("t", { key: bytes(`k${i % 7}`), value: bytes(String(i)) })) await world.run(producer.ready());
    }
    await world.run(producer.flush());
    expect(producer.bufferedBytes).toBe(0);
    const values = await readAll(client, "t");
    expect(values.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 3_000 }, (_, i) => i));
    const ofOneKey = values.map(Number).filter((value) => value % 7 === 3);
    expect(ofOneKey).toEqual([...ofOneKey].sort((a, b) => a - b));
  });

  it("tells a record's offset, and the error of one that is refused", async () => {
    await world.createTopic("t", { partitions: 1, configs: { "max.message.bytes": "200" } });
    const producer = world.client().producer();
    expect(await world.run(producer.sendAndWait("t", { value: bytes("a") }))).toEqual({ partition: 0, offset: 0 });
    await expect(world.run(producer.sendAndWait("t", { value: bytes("x".repeat(300)) }))).rejects.toMatchObject({
      code: "record-too-large",
    });
    expect(await world.run(producer.sendAndWait("t", { value: bytes("b") }))).toEqual({ partition: 0, offset: 1 });
    await expect(world.run(producer.flush())).rejects.toMatchObject({ code: "record-too-large" });
    await expect(world.run(producer.open(["nope"]))).rejects.toMatchObject({ code: "unknown-topic" });
  });

  it("go on over a restart of the broker", async () => {
    await world.createTopic("t", { partitions: 2 });
    const client = world.client();
    const producer = client.producer();
    await world.run(producer.open(["t"]));
    for (let i = 0; i < 100; i++) producer.send("t", { key: bytes(`k${i}`), value: bytes(String(i)) });
    await world.run(producer.flush());
    await world.run(world.brokers.get(1)?.stop() ?? Promise.resolve());
    for (let i = 100; i < 200; i++) producer.send("t", { key: bytes(`k${i}`), value: bytes(String(i)) });
    const flushed = producer.flush();
    await world.clock.advance(2_000);
    await world.startBroker(1);
    await world.run(flushed);
    expect((await readAll(client, "t")).map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(world.coordinator.registrations.at(-1)?.logs).toHaveLength(2);
  });
});

describe("a topic in memory", () => {
  it("loses its records with the process, and never uses an offset twice", async () => {
    await world.createTopic("m", { partitions: 1, configs: { storage: "memory" } });
    const before = await world.run(
      world
        .client()
        .producer()
        .sendAndWait("m", { value: bytes("gone") }),
    );
    expect(before.offset).toBe(0);
    await world.run(world.brokers.get(1)?.stop() ?? Promise.resolve());
    await world.startBroker(1);
    const client = world.client();
    const after = await world.run(client.producer().sendAndWait("m", { value: bytes("new") }));
    expect(after.offset).toBeGreaterThan(before.offset);
    expect(await readAll(client, "m")).toEqual(["new"]);
  });
});

describe("a transaction", () => {
  it("is seen by committed readers when it is committed, and not at all when aborted", async () => {
    await world.createTopic("t", { partitions: 2 });
    const client = world.client();
    const producer = client.producer({ transactionalId: "job.1" });
    await world.run(producer.open(["t"]));
    const sendBoth = (value: string): void => {
      for (const partition of [0, 1]) producer.send("t", { partition, value: bytes(value) });
    };
    producer.beginTransaction();
    sendBoth("a");
    await world.run(producer.commitTransaction());
    producer.beginTransaction();
    sendBoth("b");
    await world.run(producer.flush());
    expect(await readAll(client, "t", "committed")).toEqual(["a", "a"]);
    await world.run(producer.abortTransaction());
    producer.beginTransaction();
    sendBoth("c");
    await world.run(producer.commitTransaction());
    expect(await readAll(client, "t", "committed")).toEqual(["a", "c", "a", "c"]);
    expect(await readAll(client, "t")).toEqual(["a", "b", "c", "a", "b", "c"]);
  });

  it("of a former owner is aborted, and the owner fenced", async () => {
    await world.createTopic("t", { partitions: 1 });
    const first = world.client().producer({ transactionalId: "job.1" });
    await world.run(first.open(["t"]));
    first.beginTransaction();
    first.send("t", { value: bytes("old") });
    await world.run(first.flush());
    const client = world.client();
    const second = client.producer({ transactionalId: "job.1" });
    await world.run(second.open(["t"]));
    second.beginTransaction();
    second.send("t", { value: bytes("new") });
    await world.run(second.commitTransaction());
    await expect(world.run(first.commitTransaction())).rejects.toMatchObject({ kind: "fenced" });
    expect(await readAll(client, "t", "committed")).toEqual(["new"]);
  });

  it("that its owner left open is aborted after its time-out", async () => {
    await world.createTopic("t", { partitions: 1 });
    const client = world.client();
    const producer = client.producer({ transactionalId: "job.1", transactionTimeoutMs: 5_000 });
    await world.run(producer.open(["t"]));
    producer.beginTransaction();
    producer.send("t", { value: bytes("left") });
    await world.run(producer.flush());
    await world.clock.advance(7_000);
    expect(await world.run(client.listOffsets([{ topic: "t", partition: 0, at: "latest" }], "committed"))).toMatchObject([{ offset: 2 }]);
    await expect(world.run(producer.commitTransaction())).rejects.toMatchObject({ kind: "fenced" });
  });

  it("that was committed stays so over a power cut, also where records are synced in the background", async () => {
    await world.createTopic("t", { partitions: 1, configs: { flush: "interval", "flush.ms": "5000" } });
    const client = world.client();
    const producer = client.producer({ transactionalId: "job.1" });
    await world.run(producer.open(["t"]));
    producer.beginTransaction();
    await world.run(producer.sendAndWait("t", { value: bytes("a") }));
    await world.clock.advance(6_000); // the record is synced
    await world.run(producer.commitTransaction());
    await world.powerLoss(1);
    expect(await world.run(client.listOffsets([{ topic: "t", partition: 0, at: "latest" }], "committed"))).toMatchObject([{ offset: 2 }]);
    expect(await readAll(client, "t", "committed")).toEqual(["a"]);
  });

  it("is not ended by a marker of the one before that comes late", async () => {
    await world.createTopic("t", { partitions: 1 });
    const client = world.client();
    const producer = client.producer({ transactionalId: "job.1" });
    await world.run(producer.open(["t"]));
    producer.beginTransaction();
    producer.send("t", { value: bytes("a") });
    await world.run(producer.commitTransaction());
    producer.beginTransaction();
    await world.run(producer.sendAndWait("t", { value: bytes("b") }));
    const marker = {
      producerId: 1000n,
      producerEpoch: 0,
      commit: true,
      coordinatorEpoch: 0,
      transactionNumber: 1n,
      partitions: [{ topic: "t", partition: 0 }],
    };
    const late = await world.run(world.loopback.client(BrokerPeerService, "broker-1:9190").writeTransactionMarkers({ markers: [marker] }));
    expect(late.results).toMatchObject([{ producerId: 1000n, topic: "t", partition: 0 }]);
    expect(late.results[0]?.error).toBeUndefined();
    expect(await readAll(client, "t", "committed")).toEqual(["a"]);
    await world.run(producer.sendAndWait("t", { value: bytes("c") }));
    await world.run(producer.abortTransaction());
    expect(await readAll(client, "t", "committed")).toEqual(["a"]);
    expect(await readAll(client, "t")).toEqual(["a", "b", "c"]);
  });

  it("survives a restart of its coordinator between two records", async () => {
    await world.createTopic("t", { partitions: 1 });
    const client = world.client();
    const producer = client.producer({ transactionalId: "job.1" });
    await world.run(producer.open(["t"]));
    producer.beginTransaction();
    producer.send("t", { value: bytes("a") });
    await world.run(producer.flush());
    await world.run(world.brokers.get(1)?.stop() ?? Promise.resolve());
    await world.startBroker(1);
    producer.send("t", { value: bytes("b") });
    await world.run(producer.commitTransaction());
    expect(await readAll(client, "t", "committed")).toEqual(["a", "b"]);
  });
});

describe("a transactional batch", () => {
  it("for a partition that is not in its transaction is refused", async () => {
    await world.createTopic("t", { partitions: 1 });
    const service = world.loopback.client(BrokerService, "broker-1:9190");
    const transactions = world.loopback.client(TransactionService, "broker-1:9190");
    const transactionalId = "x";
    await world.run(transactions.findTransactionCoordinator({ transactionalId }));
    const owner = await world.run(transactions.initProducerId({ transactionalId }));
    const builder = new BatchBuilder({ crc32c: referenceCrc32c });
    builder.append(timestampMs(1), null, bytes("a"));
    const batch = builder.build({
      producerId: producerIdFromWire(owner.producerId),
      producerEpoch: producerEpoch(owner.producerEpoch),
      baseSequence: 0,
      transactional: true,
    });
    const produce = async (): Promise<string | undefined> => {
      const partitions = [{ topic: "t", partition: 0, data: { case: "batch" as const, value: batch } }];
      return (await world.run(service.produce({ partitions, transactionalId }))).results[0]?.error?.code;
    };
    expect(await produce()).toBe("invalid-transaction-state");
    const { producerId, producerEpoch: epoch } = owner;
    await world.run(
      transactions.addPartitions({ transactionalId, producerId, producerEpoch: epoch, partitions: [{ topic: "t", partition: 0 }] }),
    );
    expect(await produce()).toBeUndefined();
  });
});

describe("a coordinator", () => {
  it("that takes no registration is left for another within seconds, though its connection stays open", async () => {
    const silent = bindService(ClusterService, {
      async *brokerSession(_, { signal }) {
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        yield* [];
      },
      allocateProducerIds: () => Promise.resolve({}),
      alterPartitions: () => Promise.resolve({}),
      describeCluster: () => Promise.resolve({}),
    });
    await world.loopback.listen("silent:9191", [silent]);
    world.coordinators = ["silent:9191", world.coordinator.address];
    const started = world.startBroker(2);
    await world.clock.advance(3_500);
    expect(world.coordinator.registrations.at(-1)).toMatchObject({ brokerId: 2 });
    await started;
  });

  it("that fell silent is not gone back to on the word of a standby that has not noticed yet", async () => {
    const nothing = (): Promise<object> => Promise.resolve({});
    const others = { allocateProducerIds: nothing, alterPartitions: nothing, describeCluster: nothing };
    const silent = bindService(ClusterService, {
      ...others,
      async *brokerSession(_, { signal }) {
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        yield* [];
      },
    });
    const startMs = world.clock.monotonicMs();
    const standby = bindService(ClusterService, {
      ...others,
      async *brokerSession(requests, { signal }) {
        const takeoverMs = startMs + 4_000;
        if (world.clock.monotonicMs() < takeoverMs) {
          throw new AppError({ kind: "retry", code: "not-active-coordinator", message: "standby", context: { leader: "silent:9191" } });
        }
        yield* world.loopback.client(ClusterService, world.coordinator.address).brokerSession(requests, { signal });
      },
    });
    await world.loopback.listen("silent:9191", [silent]);
    await world.loopback.listen("standby:9191", [standby]);
    world.coordinators = ["silent:9191", "standby:9191"];
    const started = world.startBroker(2);
    await world.clock.advance(5_200);
    expect(world.coordinator.registrations.at(-1)).toMatchObject({ brokerId: 2 });
    await started;
  });

  it("with an older epoch, or the same epoch and another id, is not obeyed", async () => {
    world.coordinator.epoch = 5;
    world.coordinator.dropSessions();
    await world.clock.advance(2_000);
    const registrations = world.coordinator.registrations.length;
    expect(world.coordinator.registrations.at(-1)?.coordinatorEpochSeen).toBe(1n);
    for (const [epoch, id] of [
      [4, "c1"],
      [5, "c2"],
    ] as const) {
      world.coordinator.epoch = epoch;
      world.coordinator.coordinatorId = id;
      world.coordinator.dropSessions();
      world.coordinator.createTopic(`from-${id}`, { partitions: 1 });
      await world.clock.advance(5_000);
      await expect(world.run(world.client().partitionCount(`from-${id}`))).rejects.toMatchObject({ code: "unknown-topic" });
    }
    expect(world.coordinator.registrations.length).toBeGreaterThan(registrations); // it asks again, and refuses again
    world.coordinator.epoch = 6;
    await world.clock.advance(2_000);
    expect(await world.run(world.client().partitionCount("from-c2"))).toBe(1);
  });

  it("is remembered over a restart of the broker", async () => {
    await world.run(world.brokers.get(1)?.stop() ?? Promise.resolve());
    await world.startBroker(1);
    expect(world.coordinator.registrations.at(-1)).toMatchObject({ coordinatorEpochSeen: 1n, generationSeen: "g" });
    expect(new Set(world.coordinator.registrations.map(({ folderId }) => folderId)).size).toBe(1);
    expect(new Set(world.coordinator.registrations.map(({ incarnationId }) => incarnationId)).size).toBe(2);
  });

  it("may be away: records flow on", async () => {
    await world.createTopic("t", { partitions: 1 });
    const producer = world.client().producer();
    await world.run(producer.open(["t"]));
    world.coordinator.epoch = 0; // refused from now on
    world.coordinator.dropSessions();
    await world.clock.advance(10_000);
    expect(await world.run(producer.sendAndWait("t", { value: bytes("a") }))).toEqual({ partition: 0, offset: 0 });
  });
});

describe("two brokers", () => {
  beforeEach(async () => {
    await world.startBroker(2);
    await world.createTopic("t", { partitions: 2 });
  });

  it("pass plain records and decoded reads on to the leader", async () => {
    for (const broker of [1, 2]) {
      const service = world.loopback.client(BrokerService, `broker-${broker}:9190`);
      for (const partition of [0, 1]) {
        const records = { case: "records" as const, value: { records: [{ value: bytes(`by ${broker}`) }] } };
        const { results } = await world.run(service.produce({ partitions: [{ topic: "t", partition, data: records }] }));
        expect(results).toMatchObject([{ partition, baseOffset: BigInt(broker - 1) }]);
        const fetched = await world.run(service.fetch({ partitions: [{ topic: "t", partition, offset: 0n }], decode: true }));
        expect(fetched.results[0]?.records).toHaveLength(broker);
      }
    }
  });

  it("name the leader to those who send batches", async () => {
    const builder = new BatchBuilder({ crc32c: referenceCrc32c });
    builder.append(timestampMs(1), null, bytes("a"));
    const batch = builder.build();
    const partitions = [0, 1].map((partition) => ({ topic: "t", partition, data: { case: "batch" as const, value: batch } }));
    const { results } = await world.run(world.loopback.client(BrokerService, "broker-1:9190").produce({ partitions }));
    expect(results.map(({ error }) => error?.code).sort()).toEqual(["not-leader", undefined]);
    expect(results.find(({ error }) => error !== undefined)?.error?.context).toMatchObject({ leader: "2", address: "broker-2:9190" });
  });

  it("commit a transaction over partitions of both", async () => {
    const client = world.client();
    const producer = client.producer({ transactionalId: "x" });
    await world.run(producer.open(["t"]));
    producer.beginTransaction();
    for (const partition of [0, 1]) producer.send("t", { partition, value: bytes(String(partition)) });
    await world.run(producer.commitTransaction());
    expect(await readAll(client, "t", "committed")).toEqual(["0", "1"]);
  });
});
