// What the @platformatic/kafka scripts share.
import { Admin, Consumer, MessagesStreamModes, Producer, stringDeserializers, stringSerializers } from "@platformatic/kafka";
import { ADDRESS, unique, until } from "../checks.mjs";

export const options = { clientId: "compat", bootstrapBrokers: [ADDRESS], retries: 1 };
export const admin = new Admin(options);

export async function create(name, partitions = 1, configs = []) {
  const topic = unique(`platformatic-${name}`);
  await admin.createTopics({ topics: [topic], partitions, replicas: 1, configs });
  return topic;
}

export async function withProducer(settings, use) {
  const producer = new Producer({ ...options, serializers: stringSerializers, ...settings });
  try {
    return await use(producer);
  } finally {
    await producer.close();
  }
}

export const sendAll = (topic, messages, settings = {}) =>
  withProducer(settings, (producer) => producer.send({ messages: messages.map((message) => ({ topic, ...message })) }));

/** A member of a group; resolves when it reads, to its leave. */
export async function join(topic, groupId, onMessage, { stream: streamSettings = {}, ...settings } = {}) {
  const consumer = new Consumer({ ...options, groupId, deserializers: stringDeserializers, ...settings });
  const stream = await consumer.consume({
    topics: [topic],
    mode: MessagesStreamModes.COMMITTED,
    fallbackMode: "earliest",
    maxWaitTime: 200,
    ...streamSettings,
  });
  stream.on("data", onMessage);
  return async () => {
    await stream.close();
    await consumer.close();
  };
}

/** The first `count` messages. */
export async function readAll(topic, count, stream = {}) {
  const found = [];
  const leave = await join(topic, unique("reader"), (message) => void found.push(message), {
    stream: { autocommit: false, mode: MessagesStreamModes.EARLIEST, ...stream },
  });
  await until(
    () => `${found.length} of ${count} messages`,
    () => found.length >= count,
  ).finally(leave);
  return found;
}
