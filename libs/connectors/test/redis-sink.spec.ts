import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { SinkOutput } from "@millrace/ports";
import { describeSinkContract } from "@millrace/testkit";
import { Redis } from "ioredis";
import { redisSink } from "../src/redis/redis-sink.ts";

const pair = (key: string, value: unknown, slot = 0): SinkOutput => ({
  slot,
  element: [key, value],
  key: null,
  value: null,
  timestampMs: 0,
  partition: "",
});

/** The Redis that tests use. Fails, instead of skipping what the sink promises, when there is none. */
function redisUrl(): string {
  const url = process.env["REDIS_URL"];
  if (url === undefined || url === "") throw new Error("REDIS_URL is not set: run `npm test`, which provides a Redis");
  return url;
}

describe("redisSink", () => {
  let redis: Redis;
  const prefix = `test-${crypto.randomUUID()}:`;
  const jobId = `job-${crypto.randomUUID()}`;
  const SLOTS = { jobId, incarnation: 1, jobEpoch: 1, sink: "out", slots: [0] };
  beforeAll(() => {
    redis = new Redis(redisUrl());
  });
  afterAll(async () => {
    for (const match of [`${prefix}*`, `millrace:sink-marks:${jobId}*`]) {
      const keys = await redis.keys(match);
      if (keys.length > 0) await redis.del(keys);
    }
    redis.disconnect();
  });

  describeSinkContract("redis", async () => {
    const own = `${prefix}${crypto.randomUUID()}:`;
    const marks = async (): Promise<string[]> => redis.keys("millrace:sink-marks:orders-1a2b*");
    const stale = await marks();
    if (stale.length > 0) await redis.del(stale);
    return {
      connect: () => redisSink({ url: redisUrl(), as: "stream", prefix: own }),
      output: (slot, text) => pair("notes", { text }, slot),
      read: async () => (await redis.xrange(`${own}notes`, "-", "+")).map(([, fields]) => fields[1] ?? ""),
      dispose: () => Promise.resolve(),
    };
  });

  it("writes strings and hashes, and deletes what is null", async () => {
    const strings = await redisSink({ url: redisUrl(), as: "string", prefix }).open(SLOTS);
    for (const [key, value] of [
      ["gone", "x"],
      ["count", 3],
      ["gone", null],
    ] as const)
      strings.write(pair(key, value));
    await strings.commit({ batch: 1, digest: "d", slots: [0] });
    const hashes = await redisSink({ url: redisUrl(), as: "hash", prefix }).open({ ...SLOTS, sink: "hashes" });
    hashes.write(pair("user", { name: "Ada", visits: 2 }));
    await hashes.commit({ batch: 1, digest: "d", slots: [0] });
    expect(await redis.get(`${prefix}count`)).toBe("3");
    expect(await redis.exists(`${prefix}gone`)).toBe(0);
    expect(await redis.hgetall(`${prefix}user`)).toEqual({ name: "Ada", visits: "2" });
    await strings.close();
    await hashes.close();
  });

  it("writes nothing of a batch when one key holds something else", async () => {
    await redis.set(`${prefix}taken`, "text");
    const writer = await redisSink({ url: redisUrl(), as: "hash", prefix }).open({ ...SLOTS, sink: "mixed" });
    writer.write(pair("fresh", { a: 1 }));
    writer.write(pair("taken", { a: 1 }));
    await expect(writer.commit({ batch: 1, digest: "d", slots: [0] })).rejects.toThrow("a key holds something else than a hash");
    expect(await redis.exists(`${prefix}fresh`)).toBe(0);
    await writer.close();
  });

  it.each([
    ["an element that is no pair", { a: 1 }, "takes pairs [key, value]"],
    ["a hash of nothing", ["k", {}], "takes an object with at least one property"],
  ])("refuses %s", async (_, element, message) => {
    const writer = await redisSink({ url: redisUrl(), as: "hash", prefix }).open({ ...SLOTS, sink: "refusing" });
    expect(() => {
      writer.write({ ...pair("k", 1), element });
    }).toThrow(message);
    await writer.close();
  });
});
