// A @platformatic/kafka client with a role in a rolling day. Usage: platformatic-worker.mjs SPEC (JSON, see foreign/worker-spec.ts)
import { Buffer } from "node:buffer";
import { Consumer, MessagesStreamModes, Producer } from "@platformatic/kafka";
import { createChance, delay, History, messageOf, name, read, untilStopped } from "./history.mjs";

const spec = JSON.parse(process.argv[2]);
const chance = createChance(spec.seed);
const history = new History(spec);
let nextValue = spec.firstValue;
const options = { clientId: spec.client, bootstrapBrokers: [spec.address] };
const bytes = (text) => Buffer.from(text);

async function lanes(state) {
  const producer = new Producer({ ...options, idempotent: true });
  let p = history.newProcess();
  while (!state.isStopping) {
    const [partition, number] = [chance.integer(spec.partitions), nextValue++];
    const where = name(spec.topic, partition);
    const { key, value, headers } = messageOf(number);
    history.write(p, "invoke", "send", [["send", where, number]]);
    try {
      const message = {
        topic: spec.topic,
        partition,
        key: bytes(key),
        value: bytes(value),
        headers: new Map([[bytes("n"), bytes(headers.n)]]),
      };
      const { offsets } = await producer.send({ messages: [message] });
      history.write(p, "ok", "send", [["send", where, [Number(offsets[0].offset), number]]]);
    } catch (error) {
      history.write(p, "info", "send", [["send", where, number]], { error: error.message });
      p = history.newProcess();
    }
    await delay(chance.next() * spec.pauseMs * 2);
  }
  await producer.close();
}

async function members(state) {
  const consumer = new Consumer({ ...options, groupId: spec.group });
  const p = history.newProcess();
  history.write(p, "invoke", "subscribe", spec.keys);
  history.write(p, "ok", "subscribe", spec.keys);
  const stream = await consumer.consume({
    topics: [spec.topic],
    mode: MessagesStreamModes.COMMITTED,
    fallbackMode: "earliest",
    sessionTimeout: 10_000,
    rebalanceTimeout: 10_000,
    heartbeatInterval: 500,
    maxWaitTime: 300,
    isolationLevel: 1,
    autocommit: 500,
  });
  stream.on("data", (message) => {
    history.write(p, "invoke", "poll", [["poll"]]);
    const header = [...message.headers.values()][0];
    history.write(p, "ok", "poll", [
      ["poll", { [name(message.topic, message.partition)]: [read(message.offset, message.key, message.value, header)] }],
    ]);
  });
  while (!state.isStopping) await delay(50);
  await stream.close();
  await consumer.close();
}

console.log("ready");
await untilStopped({ lanes, members }[spec.role]);
process.exit(0);
