import assert from "node:assert/strict";
import { check, numbers, run, unique } from "../checks.mjs";
import { create, kafka, readAll, sendAll, withAdmin } from "./common.mjs";

async function owner(transactionalId) {
  const producer = kafka.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1, retry: { retries: 1 } });
  await producer.connect();
  return producer;
}

check("committed is seen, aborted is not", async () => {
  const topic = await create("transactions");
  const producer = await owner(unique("kafkajs"));
  for (const number of numbers(6)) {
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ value: `${number}` }] });
    await (number % 2 === 0 ? transaction.commit() : transaction.abort());
  }
  await producer.disconnect();
  assert.deepEqual(
    (await readAll(topic, 3, { readUncommitted: false })).map(({ value }) => value.toString()),
    ["0", "2", "4"],
  );
  assert.equal((await readAll(topic, 6)).length, 6);
});

check("offsets in the transaction", async () => {
  const [source, target] = [await create("source"), await create("target")];
  await sendAll(
    source,
    numbers(10).map((number) => ({ value: `${number}` })),
  );
  const producer = await owner(unique("kafkajs"));
  for (const [offset, commits] of [
    ["5", true],
    ["10", false],
  ]) {
    const transaction = await producer.transaction();
    await transaction.send({ topic: target, messages: [{ value: offset }] });
    await transaction.sendOffsets({ consumerGroupId: source, topics: [{ topic: source, partitions: [{ partition: 0, offset }] }] });
    await (commits ? transaction.commit() : transaction.abort());
  }
  await producer.disconnect();
  const [{ partitions }] = await withAdmin((admin) => admin.fetchOffsets({ groupId: source, topics: [source] }));
  assert.equal(partitions[0].offset, "5");
});

check("an older producer is fenced", async () => {
  const [topic, transactionalId] = [await create("fenced"), unique("kafkajs")];
  const older = await owner(transactionalId);
  const open = await older.transaction();
  await open.send({ topic, messages: [{ value: "old" }] });
  const newer = await owner(transactionalId);
  const next = await newer.transaction();
  await assert.rejects(async () => {
    await open.send({ topic, messages: [{ value: "late" }] });
    await open.commit();
  });
  await next.send({ topic, messages: [{ value: "new" }] });
  await next.commit();
  await newer.disconnect();
  await older.disconnect();
  assert.deepEqual(
    (await readAll(topic, 1, { readUncommitted: false })).map(({ value }) => value.toString()),
    ["new"],
  );
});

await run();
