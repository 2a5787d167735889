import { cpSync, mkdirSync, rmSync } from "node:fs";
import type { RedisServer } from "../system/redis-server.ts";

/** Copies what Redis has on its disk now; a torn end is cut by Redis itself when it loads it. */
export function snapshotRedis({ dataFolder }: RedisServer, to: string): void {
  rmSync(to, { recursive: true, force: true });
  cpSync(dataFolder, to, { recursive: true });
}

/** Kills Redis and starts it with the data of an earlier moment. */
export async function rollBackRedis({ process, dataFolder }: RedisServer, snapshot: string): Promise<void> {
  await process.kill();
  rmSync(dataFolder, { recursive: true, force: true });
  cpSync(snapshot, dataFolder, { recursive: true });
  await process.start();
}

/** Kills Redis and starts it on an empty disk: another server under the old address. */
export async function replaceRedis({ process, dataFolder }: RedisServer): Promise<void> {
  await process.kill();
  rmSync(dataFolder, { recursive: true, force: true });
  mkdirSync(dataFolder);
  await process.start();
}
