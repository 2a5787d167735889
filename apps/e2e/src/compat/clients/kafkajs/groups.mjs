import assert from "node:assert/strict";
import { check, joinAndLeave, numbers, run } from "../checks.mjs";
import { create, kafka, sendAll, withAdmin } from "./common.mjs";

check("roundrobin: a second member joins and leaves; offsets are committed", async () => {
  const topic = await create("group", 4);
  const producer = kafka.producer();
  await producer.connect();
  const send = () => producer.send({ topic, messages: numbers(100).map((number) => ({ value: `${number}`, partition: number % 4 })) });
  await joinAndLeave(async (_, found) => {
    const consumer = kafka.consumer({ groupId: topic, rebalanceTimeout: 5_000, heartbeatInterval: 300, maxWaitTimeInMs: 200 });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({ eachMessage: async ({ partition, message }) => void found.add(`${partition}:${message.offset}`) });
    return () => consumer.disconnect();
  }, send);
  await producer.disconnect();
  await withAdmin(async (admin) => {
    const [{ partitions }] = await admin.fetchOffsets({ groupId: topic, topics: [topic] });
    const ends = await admin.fetchTopicOffsets(topic);
    const sum = (offsets) => offsets.reduce((total, { offset }) => total + Number(offset), 0);
    assert.equal(sum(partitions), sum(ends));
  });
});

check("a commit by hand, with metadata, is where the next member goes on", async () => {
  const topic = await create("manual");
  await sendAll(
    topic,
    numbers(10).map((number) => ({ value: `${number}` })),
  );
  const read = async (commit) => {
    const consumer = kafka.consumer({ groupId: topic, maxWaitTimeInMs: 200 });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const first = await new Promise((resolve, reject) => {
      consumer.run({ autoCommit: false, eachMessage: async ({ message }) => resolve(message.offset) }).catch(reject);
    });
    if (commit) await consumer.commitOffsets([{ topic, partition: 0, offset: "7", metadata: "half way" }]);
    await consumer.disconnect();
    return first;
  };
  assert.equal(await read(true), "0");
  assert.equal(await read(false), "7");
  await withAdmin(async (admin) => {
    const [{ partitions }] = await admin.fetchOffsets({ groupId: topic, topics: [topic] });
    assert.equal(partitions[0].metadata, "half way");
  });
});

await run();
