import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { Redis } from "ioredis";
import { describeCoordinationStoreContract } from "@millrace/testkit";
import type { CoordinationStore } from "@millrace/ports";
import { createRedisStore } from "../src/index.ts";
import { newClusterName, redisUrl, removeCluster, testPorts, testSettings } from "./redis-for-tests.ts";

describeCoordinationStoreContract("redis", () => {
  const cluster = newClusterName();
  const redis = new Redis(redisUrl());
  const stores: CoordinationStore[] = [];
  return Promise.resolve({
    async connect() {
      const store = await createRedisStore(testSettings(cluster), testPorts);
      stores.push(store);
      return store;
    },
    // Redis measures leases itself: time passes by taking it off what is left.
    async elapse(ms: number) {
      const key = `{${cluster}}:lease`;
      const leftMs = (await redis.pttl(key)) - ms;
      if (leftMs > 0) await redis.pexpire(key, Math.ceil(leftMs));
      else await redis.del(key);
    },
    wipe: () => removeCluster(cluster, redis),
    async dispose() {
      for (const store of stores) await store.close();
      await removeCluster(cluster, redis);
      redis.disconnect();
    },
  });
});

describe("createRedisStore", () => {
  it("says where nobody answers and what to do, within its time", async () => {
    const server = createServer();
    await once(server.listen(0, "127.0.0.1"), "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    server.close();
    await once(server, "close");
    const settings = { ...testSettings("c"), url: `redis://user:secret@127.0.0.1:${address.port}` };
    const opened = createRedisStore(settings, testPorts);
    await expect(opened).rejects.toMatchObject({
      kind: "unavailable",
      code: "redis-unreachable",
      message: expect.stringMatching(
        new RegExp(`^cannot reach Redis at 127\\.0\\.0\\.1:${address.port}: start it there or correct the address`),
      ),
    });
    await expect(opened).rejects.not.toMatchObject({ message: expect.stringContaining("secret") });
  });

  it("refuses an address that is none", async () => {
    await expect(createRedisStore({ ...testSettings("c"), url: "localhost:6379" }, testPorts)).rejects.toMatchObject({
      code: "invalid-redis-url",
    });
  });

  it("gives up on a server that accepts and never answers", async () => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => sockets.add(socket));
    await once(server.listen(0, "127.0.0.1"), "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const settings = { ...testSettings("c"), url: `redis://127.0.0.1:${address.port}`, connectTimeoutMs: 100, commandTimeoutMs: 100 };
    await expect(createRedisStore(settings, testPorts)).rejects.toMatchObject({ code: "redis-unreachable" });
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it("waits for a Redis that comes later, as long as it was told to", async () => {
    const target = new URL(redisUrl());
    let comers = 0;
    // Nobody is there for the first eight; then it is the real one.
    const server = createServer((socket) => {
      comers += 1;
      if (comers <= 8) socket.destroy();
      else socket.pipe(connect(Number(target.port), target.hostname)).pipe(socket);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const cluster = newClusterName();
    const url = `redis://127.0.0.1:${address.port}`;
    const store = await createRedisStore({ ...testSettings(cluster), url, connectTimeoutMs: 20_000 }, testPorts);
    expect(comers).toBeGreaterThan(8);
    await store.close();
    await removeCluster(cluster);
    server.close();
  }, 30_000);
});
