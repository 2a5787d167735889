import { Redis } from "ioredis";
import { type Clock, SILENT_LOGGER } from "@millrace/ports";
import { SeededRandom } from "@millrace/testkit";
import type { RedisStoreSettings } from "../src/index.ts";

/** The Redis that tests use. Fails, instead of skipping what the store promises, when there is none. */
export function redisUrl(): string {
  const url = process.env["REDIS_URL"];
  if (url === undefined || url === "")
    throw new Error("REDIS_URL is not set: run `npm test`, which provides a Redis, or start one and set REDIS_URL=redis://127.0.0.1:6379");
  return url;
}

/** Settings with a cluster of its own, so that runs do not meet. */
export function testSettings(cluster: string): RedisStoreSettings {
  return { url: redisUrl(), cluster, connectTimeoutMs: 2_000, commandTimeoutMs: 5_000, unsafeSettings: "warn" };
}

export function newClusterName(): string {
  return `test-${crypto.randomUUID()}`;
}

const clock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer(delayMs, run) {
    const timer = setTimeout(run, delayMs).unref();
    return {
      cancel: () => {
        clearTimeout(timer);
      },
    };
  },
};

/** Real ports. */
export const testPorts = {
  random: new SeededRandom(Number(process.hrtime.bigint() % 0xffff_ffffn)),
  clock,
  logger: SILENT_LOGGER,
};

export async function removeCluster(cluster: string, redis?: Redis): Promise<void> {
  const client = redis ?? new Redis(redisUrl());
  for await (const keys of client.scanStream({ match: `{${cluster}}*`, count: 1_000 }) as AsyncIterable<string[]>)
    if (keys.length > 0) await client.del(keys);
  if (redis === undefined) client.disconnect();
}
