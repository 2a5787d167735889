import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { fetchApi, produceApi, ZERO_UUID } from "@millrace/kafka-wire";
import { timestampMs } from "@millrace/model";
import type { Metrics } from "@millrace/ports";
import { BatchBuilder } from "@millrace/records";
import { referenceCrc32c } from "@millrace/testkit";
import { bytes, World } from "../../test/world.ts";

let world: World;
let counted: Map<string, number>;
let recorded: [name: string, value: number][];

beforeEach(async () => {
  counted = new Map();
  recorded = [];
  const metrics: Metrics = {
    counter: (name) => ({ add: (value) => void counted.set(name, (counted.get(name) ?? 0) + value) }),
    histogram: (name) => ({ record: (value) => void recorded.push([name, value]) }),
    gauge: () => undefined,
  };
  world = await World.create([1], undefined, metrics);
  await world.createTopic("flights", { partitions: 1 });
});
afterEach(() => world.stop());

const of = (name: string) => counted.get(`kafka_server_brokertopicmetrics_${name}_total`) ?? 0;

it("counts the bytes that a long poll answers, not those of each look before", async () => {
  const builder = new BatchBuilder({ crc32c: referenceCrc32c });
  builder.append(timestampMs(1_000), null, bytes("value"));
  const records = builder.build();
  const [reader, writer] = [world.kafka.connect(), world.kafka.connect()];
  const topics = [{ topic: "flights", topicId: ZERO_UUID, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000 }] }];
  const reading = reader.ask(fetchApi, 11, { maxWaitMs: 100_000, minBytes: 3 * records.length, topics, forgottenTopicsData: [] });
  const topicData = [{ name: "flights", topicId: ZERO_UUID, partitionData: [{ index: 0, records }] }];
  for (let batch = 0; batch < 3; batch++) await world.run(writer.ask(produceApi, 9, { acks: -1, timeoutMs: 1_000, topicData }));
  const answer = await world.run(reading);
  expect(answer?.responses[0]?.partitions[0]?.records).toHaveLength(3 * records.length);
  expect(of("bytesout")).toBe(3 * records.length);
  expect(of("bytesout")).toBe(of("bytesin"));
  expect(of("totalfetchrequests")).toBe(1);
});

it("counts refusals from 0, where a partition is led", () => {
  expect(counted.get("kafka_server_brokertopicmetrics_failedproducerequests_total")).toBe(0);
  expect(counted.get("kafka_server_brokertopicmetrics_failedfetchrequests_total")).toBe(0);
});

it("times how long a stream waits for records, each answer from the one before", async () => {
  const client = world.client();
  const [consumer, producer] = [client.consumer(), client.producer()];
  await world.run(producer.open(["flights"]));
  consumer.assign([{ topic: "flights", partition: 0, offset: 0 }]);
  for (const waitMs of [2_000, 3_000]) {
    const reading = world.run(consumer.poll({ timeoutMs: 60_000 }));
    await world.run(new Promise<void>((resolve) => world.clock.setTimer(waitMs, resolve)));
    await world.run(producer.sendAndWait("flights", { partition: 0, value: bytes("value") }));
    await reading;
  }
  const waits = recorded.filter(([name]) => name === "millrace_fetch_wait_seconds").map(([, seconds]) => Math.floor(seconds));
  expect(waits).toEqual([2, 3]);
});
