import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { fetchApi, produceApi, ZERO_UUID } from "@millrace/kafka-wire";
import { timestampMs } from "@millrace/model";
import type { Metrics } from "@millrace/ports";
import { BatchBuilder } from "@millrace/records";
import { referenceCrc32c } from "@millrace/testkit";
import { bytes, World } from "../../test/world.ts";

let world: World;
let counted: Map<string, number>;

beforeEach(async () => {
  counted = new Map();
  const metrics: Metrics = {
    counter: (name) => ({ add: (value) => void counted.set(name, (counted.get(name) ?? 0) + value) }),
    histogram: () => ({ record: () => undefined }),
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
