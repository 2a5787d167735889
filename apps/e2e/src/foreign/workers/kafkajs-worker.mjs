// A kafkajs client with a role in a rolling day. Usage: kafkajs-worker.mjs SPEC (JSON, see foreign/worker-spec.ts)
import kafkajs from "kafkajs";
import { createChance, delay, History, messageOf, name, read, untilStopped } from "./history.mjs";

const spec = JSON.parse(process.argv[2]);
const chance = createChance(spec.seed);
const history = new History(spec);
let nextValue = spec.firstValue;
const { CompressionTypes, Kafka } = kafkajs;
const kafka = new Kafka({ clientId: spec.client, brokers: [spec.address], logLevel: 1, retry: { retries: 8 } });
const pause = () => delay(chance.next() * spec.pauseMs * 2);
const send = (producer, partition, number) =>
  producer.send({
    topic: spec.topic,
    acks: -1,
    compression: chance.integer(2) === 0 ? CompressionTypes.GZIP : CompressionTypes.None,
    messages: [{ partition, ...messageOf(number) }],
  });

async function lanes(state) {
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  let p = history.newProcess();
  while (!state.isStopping) {
    const [partition, number] = [chance.integer(spec.partitions), nextValue++];
    const where = name(spec.topic, partition);
    history.write(p, "invoke", "send", [["send", where, number]]);
    try {
      const [answer] = await send(producer, partition, number);
      history.write(p, "ok", "send", [["send", where, [Number(answer.baseOffset), number]]]);
    } catch (error) {
      history.write(p, "info", "send", [["send", where, number]], { error: error.message });
      p = history.newProcess();
    }
    await pause();
  }
  await producer.disconnect();
}

async function transactions(state) {
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    transactionalId: spec.transactionalId,
    transactionTimeout: 15_000,
  });
  await producer.connect();
  let p = history.newProcess();
  while (!state.isStopping) {
    const steps = Array.from({ length: 1 + chance.integer(5) }, () => [
      "send",
      name(spec.topic, chance.integer(spec.partitions)),
      nextValue++,
    ]);
    const done = steps.map((step) => step);
    history.write(p, "invoke", "txn", steps);
    try {
      const transaction = await producer.transaction();
      for (const [index, [, where, number]] of steps.entries()) {
        const [answer] = await send(transaction, Number(where.slice(where.lastIndexOf("-") + 1)), number);
        done[index] = ["send", where, [Number(answer.baseOffset), number]];
      }
      if (chance.next() < 0.2) {
        await transaction.abort();
        history.write(p, "fail", "txn", done);
      } else {
        await transaction.commit();
        history.write(p, "ok", "txn", done);
      }
    } catch (error) {
      history.write(p, "info", "txn", done, { error: error.message });
      throw error; // the next incarnation fences it
    }
    await pause();
  }
  await producer.disconnect();
}

async function members(state) {
  const consumer = kafka.consumer({
    groupId: spec.group,
    sessionTimeout: 10_000,
    rebalanceTimeout: 10_000,
    heartbeatInterval: 500,
    maxWaitTimeInMs: 300,
    readUncommitted: false,
  });
  const p = history.newProcess();
  const own = (keys) => history.write(p, "ok", "own", { group: spec.group, keys });
  consumer.on(consumer.events.REBALANCING, () => own([]));
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) =>
    own(Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) => partitions.map((each) => name(topic, each)))),
  );
  await consumer.connect();
  history.write(p, "invoke", "subscribe", spec.keys);
  history.write(p, "ok", "subscribe", spec.keys);
  await consumer.subscribe({ topic: spec.topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: true,
    eachBatch: async ({ batch, isStale, isRunning }) => {
      if (isStale() || !isRunning() || batch.isEmpty()) return;
      history.write(p, "invoke", "poll", [["poll"]]);
      const reads = batch.messages.map((each) => read(each.offset, each.key, each.value, each.headers?.n));
      history.write(p, "ok", "poll", [["poll", { [name(batch.topic, batch.partition)]: reads }]]);
      if (reads.length === 0) return;
      const offset = reads.at(-1)[0] + 1;
      const v = { group: spec.group, offsets: { [name(batch.topic, batch.partition)]: offset } };
      history.write(p, "invoke", "commit", v);
      try {
        await consumer.commitOffsets([{ topic: batch.topic, partition: batch.partition, offset: String(offset) }]);
        history.write(p, "ok", "commit", v);
      } catch (error) {
        const isRefused = ["ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID", "REBALANCE_IN_PROGRESS"].includes(error.type);
        history.write(p, isRefused ? "fail" : "info", "commit", v, { error: error.message });
        if (!isRefused) process.exit(1);
        throw error;
      }
    },
  });
  while (!state.isStopping) await delay(50);
  own([]);
  await consumer.disconnect();
}

console.log("ready");
await untilStopped({ lanes, transactions, members }[spec.role]);
