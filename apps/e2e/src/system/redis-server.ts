import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { freePort } from "./free-port.ts";
import { ManagedProcess } from "./managed-process.ts";
import { HERE, type Place } from "./place.ts";

/** What Millrace asks of a Redis: acknowledged means on disk, and nothing is evicted. */
export const SAFE_REDIS_SETTINGS: readonly string[] = [
  "--appendonly",
  "yes",
  "--appendfsync",
  "always",
  "--maxmemory-policy",
  "noeviction",
  "--save",
  "",
];

const PROGRAM = "redis-server";

export interface RedisServer {
  readonly url: string;
  readonly process: ManagedProcess;
  /** Where its append-only file is. */
  readonly dataFolder: string;
}

/** A Redis of our own in `folder`, not yet started. */
export async function createRedisServer(
  folder: string,
  { settings = SAFE_REDIS_SETTINGS, place = HERE }: { readonly settings?: readonly string[]; readonly place?: Place } = {},
): Promise<RedisServer> {
  if (spawnSync(PROGRAM, ["--version"]).error !== undefined)
    throw new Error("redis-server is not on the PATH: apt-get install redis-server, or brew install redis");
  const port = await freePort();
  const dataFolder = join(folder, "redis");
  mkdirSync(dataFolder, { recursive: true });
  const url = `redis://${place.ip}:${port}`;
  const process = new ManagedProcess({
    name: "redis",
    ...place.command(PROGRAM, ["--port", String(port), "--bind", place.ip, "--dir", dataFolder, "--protected-mode", "no", ...settings]),
    logFile: join(folder, "redis.log"),
    isReady: () => answers(url),
  });
  return { url, process, dataFolder };
}

async function answers(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: null, enableOfflineQueue: false });
  redis.on("error", () => undefined);
  try {
    await redis.connect();
    await redis.ping();
    return true;
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}
