import assert from "node:assert/strict";
import kafkajs from "kafkajs";
import { check, numbers, run, unique, until } from "../checks.mjs";
import { create, kafka, readAll, sendAll, withAdmin } from "./common.mjs";

const { ConfigResourceTypes } = kafkajs;

check("topics: create, list, describe, add partitions, delete", () =>
  withAdmin(async (admin) => {
    const topic = await create("topics", 3);
    assert.ok((await admin.listTopics()).includes(topic));
    const partitions = async () => (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0].partitions.length;
    assert.equal(await partitions(), 3);
    await admin.createPartitions({ topicPartitions: [{ topic, count: 5 }] });
    await until("five partitions", async () => (await partitions()) === 5);
    await admin.deleteTopics({ topics: [topic] });
    await until("the topic is gone", async () => !(await admin.listTopics()).includes(topic));
  }),
);

check("configs: describe, alter", () =>
  withAdmin(async (admin) => {
    const topic = await create("configs", 1, [{ name: "retention.ms", value: "1000000" }]);
    const value = async (name) => {
      const { resources } = await admin.describeConfigs({
        resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: [name] }],
        includeSynonyms: false,
      });
      return resources[0].configEntries[0].configValue;
    };
    assert.equal(await value("retention.ms"), "1000000");
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name: "max.message.bytes", value: "2000" }] }],
    });
    await until("altered", async () => (await value("max.message.bytes")) === "2000");
    assert.equal(await value("retention.ms"), "604800000");
  }),
);

check("cluster", () =>
  withAdmin(async (admin) => {
    const { brokers, controller, clusterId } = await admin.describeCluster();
    assert.equal(brokers.length, 1);
    assert.equal(controller, brokers[0].nodeId);
    assert.ok(clusterId);
  }),
);

check("groups: list, describe, set and delete offsets, delete", () =>
  withAdmin(async (admin) => {
    const topic = await create("groups");
    await sendAll(topic, [{ value: "v" }]);
    const consumer = kafka.consumer({ groupId: topic, maxWaitTimeInMs: 200 });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise((resolve) => consumer.run({ eachMessage: async () => resolve() }));
    assert.ok((await admin.listGroups()).groups.some(({ groupId }) => groupId === topic));
    const [described] = (await admin.describeGroups([topic])).groups;
    assert.deepEqual([described.state, described.members.length], ["Stable", 1]);
    await consumer.disconnect();
    await admin.setOffsets({ groupId: topic, topic, partitions: [{ partition: 0, offset: "0" }] });
    assert.equal((await admin.fetchOffsets({ groupId: topic, topics: [topic] }))[0].partitions[0].offset, "0");
    assert.equal((await admin.deleteGroups([topic]))[0].errorCode, 0);
  }),
);

check("records are deleted", () =>
  withAdmin(async (admin) => {
    const topic = await create("delete-records");
    await sendAll(
      topic,
      numbers(10).map((number) => ({ value: `${number}` })),
    );
    await admin.fetchTopicOffsets(topic); // makes this client know the topic's leaders, which it needs
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "6" }] });
    assert.deepEqual(
      (await readAll(topic, 4)).map(({ offset }) => offset),
      ["6", "7", "8", "9"],
    );
  }),
);

check("errors: topics that cannot be made, a topic and a group that are not there, a record too large", () =>
  withAdmin(async (admin) => {
    const topic = await create("exists", 1, [{ name: "max.message.bytes", value: "1000" }]);
    assert.equal(await admin.createTopics({ topics: [{ topic }] }), false);
    const types = async (call) => {
      const error = await call.then(
        () => assert.fail("nothing was refused"),
        (thrown) => thrown,
      );
      return (error.errors ?? [error]).map((each) => each.type ?? each.groups?.[0]?.error?.type ?? each.message);
    };
    assert.deepEqual(await types(admin.createTopics({ topics: [{ topic: "with space" }] })), ["INVALID_TOPIC_EXCEPTION"]);
    assert.deepEqual(await types(admin.createTopics({ topics: [{ topic: unique("kafkajs"), replicationFactor: 5 }] })), [
      "INVALID_REPLICATION_FACTOR",
    ]);
    assert.deepEqual(
      await types(admin.createTopics({ topics: [{ topic: unique("kafkajs"), configEntries: [{ name: "no.such", value: "1" }] }] })),
      ["INVALID_CONFIG"],
    );
    assert.deepEqual(await types(sendAll(topic, [{ value: "x".repeat(5_000) }], { retry: { retries: 0 } })), ["MESSAGE_TOO_LARGE"]);
    await assert.rejects(admin.deleteGroups([unique("none")]));
  }),
);

await run();
