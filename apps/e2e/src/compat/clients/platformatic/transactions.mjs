import assert from "node:assert/strict";
import { check, numbers, run, unique } from "../checks.mjs";
import { create, readAll, sendAll, withProducer } from "./common.mjs";

// Without them this client claims to have producer 0 in epoch 0, which Kafka and Millrace refuse as soon as the id has had another producer.
const ANY = { producerId: -1n, producerEpoch: -1 };
const transactional = (transactionalId, use) => withProducer({ transactionalId, idempotent: true, ...ANY }, use);

check("committed is seen, aborted is not", async () => {
  const topic = await create("transactions");
  await transactional(unique("platformatic"), async (producer) => {
    for (const number of numbers(3)) {
      // One abort: of several by one producer in one answer, this client's reader drops only the last.
      const transaction = await producer.beginTransaction();
      await transaction.send({ messages: [{ topic, value: `${number}` }] });
      await (number % 2 === 0 ? transaction.commit() : transaction.abort());
    }
  });
  await sendAll(topic, [{ value: "end" }]);
  assert.deepEqual(
    (await readAll(topic, 3, { isolationLevel: 1 })).map(({ value }) => value),
    ["0", "2", "end"],
  );
});

check("an older producer is fenced", async () => {
  const [topic, id] = [await create("fenced"), unique("platformatic")];
  await transactional(id, (older) =>
    transactional(id, async (newer) => {
      const open = await older.beginTransaction();
      await open.send({ messages: [{ topic, value: "old" }] });
      const next = await newer.beginTransaction();
      await assert.rejects(async () => {
        await open.send({ messages: [{ topic, value: "late" }] });
        await open.commit();
      });
      await next.send({ messages: [{ topic, value: "new" }] });
      await next.commit();
    }),
  );
  assert.deepEqual(
    (await readAll(topic, 1, { isolationLevel: 1 })).map(({ value }) => value),
    ["new"],
  );
});

await run();
