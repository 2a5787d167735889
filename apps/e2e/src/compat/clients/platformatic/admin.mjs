import assert from "node:assert/strict";
import { check, numbers, run, unique, until } from "../checks.mjs";
import { admin, create, readAll, sendAll } from "./common.mjs";

const TOPIC_RESOURCE = 2;
const SET = 0;

check("topics: create, list, add partitions, delete", async () => {
  const topic = await create("topics", 3);
  assert.ok((await admin.listTopics()).includes(topic));
  await admin.createPartitions({ topics: [{ name: topic, count: 5, assignments: [] }] });
  await until(
    "five partitions",
    async () => (await admin.metadata({ topics: [topic], forceUpdate: true })).topics.get(topic).partitionsCount === 5,
  );
  await admin.deleteTopics({ topics: [topic] });
  await until("the topic is gone", async () => !(await admin.listTopics()).includes(topic));
});

check("configs: describe, alter, incremental", async () => {
  const topic = await create("configs", 1, [{ name: "retention.ms", value: "1000000" }]);
  const value = async (name) =>
    (await admin.describeConfigs({ resources: [{ resourceType: TOPIC_RESOURCE, resourceName: topic, configurationKeys: [name] }] }))[0]
      .configs[0].value;
  assert.equal(await value("retention.ms"), "1000000");
  const resource = { resourceType: TOPIC_RESOURCE, resourceName: topic };
  await admin.incrementalAlterConfigs({
    resources: [{ ...resource, configs: [{ name: "max.message.bytes", value: "2000", configOperation: SET }] }],
  });
  await until("altered", async () => (await value("max.message.bytes")) === "2000");
  assert.equal(await value("retention.ms"), "1000000");
  await admin.alterConfigs({ resources: [{ ...resource, configs: [{ name: "retention.ms", value: "5000" }] }] });
  await until("replaced", async () => (await value("max.message.bytes")) === "1048588");
});

check("groups: list, describe, offsets, delete; log folders", async () => {
  const topic = await create("groups");
  await sendAll(topic, [{ value: "v" }]);
  await admin.alterConsumerGroupOffsets({ groupId: topic, topics: [{ name: topic, partitionOffsets: [{ partition: 0, offset: 1n }] }] });
  const [{ topics }] = await admin.listConsumerGroupOffsets({ groups: [topic] });
  assert.equal(topics[0].partitions[0].committedOffset, 1n);
  assert.ok((await admin.listGroups()).has(topic));
  assert.equal((await admin.describeGroups({ groups: [topic] })).get(topic).members.size, 0);
  await admin.deleteGroups({ groups: [topic] });
  assert.equal((await admin.listGroups()).has(topic), false);
  assert.equal((await admin.describeLogDirs({ topics: [{ name: topic, partitions: [0] }] })).length, 1);
});

check("records are deleted", async () => {
  const topic = await create("delete-records");
  await sendAll(
    topic,
    numbers(10).map((number) => ({ value: `${number}` })),
  );
  const [{ partitions }] = await admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition: 0, offset: 6n }] }] });
  assert.equal(partitions[0].lowWatermark, 6n);
  assert.deepEqual(
    (await readAll(topic, 4)).map(({ offset }) => offset),
    [6n, 7n, 8n, 9n],
  );
});

check("errors: topics that cannot be made, what is not there, a record too large", async () => {
  const codes = async (call) => {
    const error = await call.then(
      () => assert.fail("nothing was refused"),
      (thrown) => thrown,
    );
    const ids = (each) => [
      ...(each.apiId === undefined ? [] : [each.apiId]),
      ...(each.errors ?? []).flatMap(ids),
      ...(each.cause ? ids(each.cause) : []),
    ];
    return new Set(ids(error));
  };
  const exists = await create("exists", 1, [{ name: "max.message.bytes", value: "1000" }]);
  for (const [id, call] of [
    ["TOPIC_ALREADY_EXISTS", () => admin.createTopics({ topics: [exists], partitions: 1, replicas: 1 })],
    ["INVALID_TOPIC_EXCEPTION", () => admin.createTopics({ topics: ["with space"], partitions: 1, replicas: 1 })],
    ["INVALID_REPLICATION_FACTOR", () => admin.createTopics({ topics: [unique("platformatic")], partitions: 1, replicas: 5 })],
    [
      "INVALID_CONFIG",
      () =>
        admin.createTopics({ topics: [unique("platformatic")], configs: [{ name: "no.such", value: "1" }], partitions: 1, replicas: 1 }),
    ],
    ["UNKNOWN_TOPIC_OR_PARTITION", () => admin.deleteTopics({ topics: [unique("none")] })],
    ["MESSAGE_TOO_LARGE", () => sendAll(exists, [{ value: "x".repeat(5_000) }])],
  ])
    assert.deepEqual([...(await codes(call()))], [id]);
});

await run();
