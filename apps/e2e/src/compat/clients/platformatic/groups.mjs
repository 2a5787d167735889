import assert from "node:assert/strict";
import { check, joinAndLeave, numbers, run } from "../checks.mjs";
import { admin, create, join, sendAll } from "./common.mjs";

async function comeAndGo(settings) {
  const topic = await create("group", 4);
  const send = () =>
    sendAll(
      topic,
      numbers(100).map((number) => ({ value: `${number}`, partition: number % 4 })),
    );
  await send();
  const member = (_, found) => join(topic, topic, ({ partition, offset }) => void found.add(`${partition}:${offset}`), settings);
  await joinAndLeave(member, send, 100);
  return topic;
}

check("classic: a second member joins and leaves; offsets are committed", async () => {
  const topic = await comeAndGo({ sessionTimeout: 10_000, heartbeatInterval: 300, stream: { autocommit: true } });
  const [{ topics }] = await admin.listConsumerGroupOffsets({ groups: [topic] });
  const committed = topics[0].partitions.reduce((sum, { committedOffset }) => sum + Number(committedOffset), 0);
  assert.ok(committed > 0 && committed % 100 === 0, `${committed}`);
});

check("the new protocol (KIP-848): a second member joins and leaves", () =>
  comeAndGo({ groupProtocol: "consumer", stream: { autocommit: true } }),
);

await run();
