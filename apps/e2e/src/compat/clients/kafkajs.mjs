// kafkajs: admin, idempotent and compressed sends, a group of two. Usage: kafkajs.mjs host:port
import assert from "node:assert/strict";
import kafkajs from "kafkajs";

const { CompressionTypes, Kafka } = kafkajs;
const TOPIC = "kafkajs";
const kafka = new Kafka({ clientId: "compat", brokers: [process.argv[2]], logLevel: 0 });
const admin = kafka.admin();
await admin.connect();
await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 4 }] });
assert.equal((await admin.fetchTopicMetadata({ topics: [TOPIC] })).topics[0].partitions.length, 4);
const producer = kafka.producer({ idempotent: true });
await producer.connect();
const send = (count, compression) =>
  producer.send({
    topic: TOPIC,
    compression,
    messages: Array.from({ length: count }, (_, index) => ({
      key: `k${index}`,
      value: index % 10 === 0 ? null : `v${index}`,
      headers: { h: "x" },
      partition: index % 4,
    })),
  });
await send(100, CompressionTypes.None);
await send(100, CompressionTypes.GZIP);
console.log("produced");

const found = { a: new Set(), b: new Set() };
async function member(name) {
  const consumer = kafka.consumer({ groupId: "kafkajs-group", rebalanceTimeout: 5_000, heartbeatInterval: 500 });
  await consumer.connect();
  await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
  await consumer.run({ eachMessage: ({ partition, message }) => Promise.resolve(void found[name].add(`${partition}:${message.offset}`)) });
  return consumer;
}
async function until(what, holds) {
  for (let waited = 0; !holds(); waited += 50) {
    assert.ok(waited < 40_000, what);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
const members = await Promise.all([member("a"), member("b")]);
const all = () => new Set([...found.a, ...found.b]);
await until("all is read", () => all().size === 200);
for (let sent = 200; found.a.size === 0 || found.b.size === 0 || all().size < sent;) {
  await send(20);
  sent += 20;
  await until("what is sent later is read", () => all().size === sent);
  assert.ok(sent < 2_000, "one member reads everything");
}
for (const each of members) await each.disconnect();
const [committed] = await admin.fetchOffsets({ groupId: "kafkajs-group", topics: [TOPIC] });
assert.equal(
  committed.partitions.reduce((sum, { offset }) => sum + Number(offset), 0),
  all().size,
);
assert.deepEqual(
  (await admin.describeGroups(["kafkajs-group"])).groups.map(({ state }) => state),
  ["Empty"],
);
assert.equal((await admin.deleteGroups(["kafkajs-group"]))[0].errorCode, 0);
console.log("group");
await producer.disconnect();
await admin.deleteTopics({ topics: [TOPIC] });
await admin.disconnect();
console.log("deleted");
