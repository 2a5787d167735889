// @platformatic/kafka: admin, sends, a group of two. Usage: platformatic.mjs host:port
import assert from "node:assert/strict";
import { Admin, Consumer, MessagesStreamModes, Producer, stringDeserializers, stringSerializers } from "@platformatic/kafka";

const TOPIC = "platformatic";
const options = { clientId: "compat", bootstrapBrokers: [process.argv[2]] };
const admin = new Admin(options);
await admin.createTopics({ topics: [TOPIC], partitions: 4, replicas: 1 });
const producer = new Producer({ ...options, serializers: stringSerializers });
const send = (count) =>
  producer.send({
    messages: Array.from({ length: count }, (_, index) => ({
      topic: TOPIC,
      key: `k${index}`,
      value: `v${index}`,
      headers: { h: "x" },
      partition: index % 4,
    })),
  });
await send(100);
console.log("produced");

const found = { a: new Set(), b: new Set() };
async function member(name) {
  const consumer = new Consumer({ ...options, groupId: "platformatic-group", deserializers: stringDeserializers });
  const stream = await consumer.consume({
    topics: [TOPIC],
    mode: MessagesStreamModes.EARLIEST,
    sessionTimeout: 10_000,
    heartbeatInterval: 500,
    autocommit: true,
  });
  stream.on("data", ({ partition, offset }) => void found[name].add(`${partition}:${offset}`));
  return async () => {
    await stream.close();
    await consumer.close();
  };
}
async function until(what, holds) {
  for (let waited = 0; !holds(); waited += 50) {
    assert.ok(waited < 40_000, what);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
const stops = await Promise.all([member("a"), member("b")]);
const all = () => new Set([...found.a, ...found.b]);
await until("all is read", () => all().size === 100);
for (let sent = 100; found.a.size === 0 || found.b.size === 0;) {
  await send(20);
  sent += 20;
  await until("what is sent later is read", () => all().size === sent);
  assert.ok(sent < 2_000, "one member reads everything");
}
for (const stop of stops) await stop();
console.log("group");
await producer.close();
await admin.close();
console.log("closed");
process.exit(0);
