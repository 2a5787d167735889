// What the kafkajs scripts share. kafkajs itself brings gzip only; the others are plugged in as its documentation says.
import zlib from "node:zlib";
import kafkajs from "kafkajs";
import SnappyCodec from "kafkajs-snappy";
import lz4 from "lz4-napi";
import { ADDRESS, unique, until } from "../checks.mjs";

const { CompressionCodecs, CompressionTypes, Kafka } = kafkajs;
CompressionCodecs[CompressionTypes.Snappy] = SnappyCodec;
CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: ({ buffer }) => lz4.compressFrame(buffer),
  decompress: (buffer) => lz4.decompressFrame(buffer),
});
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: ({ buffer }) => zlib.zstdCompressSync(buffer),
  decompress: (buffer) => zlib.zstdDecompressSync(buffer),
});

export { CompressionTypes };
export const kafka = new Kafka({ clientId: "compat", brokers: [ADDRESS], logLevel: 0 });

export async function withAdmin(use) {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

export async function create(name, numPartitions = 1, configEntries = []) {
  const topic = unique(`kafkajs-${name}`);
  await withAdmin((admin) => admin.createTopics({ topics: [{ topic, numPartitions, configEntries }], waitForLeaders: true }));
  return topic;
}

export async function sendAll(topic, messages, { compression, acks, ...settings } = {}) {
  const producer = kafka.producer(settings);
  await producer.connect();
  const result = await producer.send({
    topic,
    messages,
    ...(compression === undefined ? {} : { compression }),
    ...(acks === undefined ? {} : { acks }),
  });
  await producer.disconnect();
  return result;
}

/** The first `count` messages of a topic of one partition. */
export async function readAll(topic, count, { withinMs = 30_000, readUncommitted = true } = {}) {
  const consumer = kafka.consumer({ groupId: unique("reader"), readUncommitted, maxWaitTimeInMs: 200 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const found = [];
  await consumer.run({ eachMessage: async ({ message }) => void found.push(message) });
  await until(
    () => `${found.length} of ${count} messages`,
    () => found.length >= count,
    withinMs,
  ).finally(() => consumer.disconnect());
  return found;
}
