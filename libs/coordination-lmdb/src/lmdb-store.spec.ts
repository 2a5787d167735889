import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { open } from "lmdb";
import { describeCoordinationStoreContract, ManualClock, SeededRandom } from "@millrace/testkit";
import type { CoordinationStore } from "@millrace/ports";
import { createLmdbStore } from "./lmdb-store.ts";

const newFolder = (): string => mkdtempSync(join(tmpdir(), "millrace-lmdb-"));
let seed = 1;

describeCoordinationStoreContract("lmdb", () => {
  let folder = newFolder();
  const clock = new ManualClock();
  const stores: CoordinationStore[] = [];
  const ports = { clock, random: new SeededRandom(seed++) };
  // A wiped store is another folder under the same clients.
  const connect = async (): Promise<CoordinationStore> => {
    const store = await createLmdbStore({ folder, exclusive: false }, ports);
    stores.push(store);
    return store;
  };
  return Promise.resolve({
    connect,
    elapse: (ms: number) => clock.advance(ms),
    async wipe() {
      const database = open({ path: folder, encoding: "binary" });
      database.clearSync();
      await database.close();
    },
    async dispose() {
      for (const store of stores) await store.close();
      rmSync(folder, { recursive: true });
      folder = "";
    },
  });
});

describeCoordinationStoreContract("lmdb, the folder for itself", () => {
  let folder = newFolder();
  const clock = new ManualClock();
  const ports = { clock, random: new SeededRandom(seed++) };
  let opened: Promise<CoordinationStore> | undefined;
  return Promise.resolve({
    connect: () => (opened ??= createLmdbStore({ folder, exclusive: true }, ports)),
    elapse: (ms: number) => clock.advance(ms),
    async wipe() {
      const database = open({ path: folder, encoding: "binary" });
      database.clearSync();
      await database.close();
    },
    async dispose() {
      await (await opened)?.close();
      opened = undefined;
      rmSync(folder, { recursive: true });
      folder = newFolder();
    },
  });
});

describe("createLmdbStore", () => {
  let folder: string;
  const ports = { clock: new ManualClock(), random: new SeededRandom(0) };
  beforeEach(() => {
    folder = newFolder();
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("keeps everything over a restart but the lease of the process that is gone", async () => {
    const first = await createLmdbStore({ folder, exclusive: true }, ports);
    const lease = await first.acquireLease({ holder: "a", ttlMs: 1_000 });
    if (lease.kind !== "acquired") throw new Error("held");
    await first.commit({ ...lease, holder: "a" }, "r1", [{ key: "k", expect: 0, value: new Uint8Array([1, 2]) }]);
    await first.close();
    const second = await createLmdbStore({ folder, exclusive: true }, ports);
    expect(await second.read("k")).toEqual({ key: "k", version: 1, value: new Uint8Array([1, 2]) });
    expect(await second.acquireLease({ holder: "b", ttlMs: 1_000 })).toEqual({ kind: "acquired", epoch: 2, generation: lease.generation });
    await second.close();
  });

  it("lets other work go on while the disk syncs a commit, with the folder for itself", async () => {
    const store = await createLmdbStore({ folder, exclusive: true }, ports);
    const lease = await store.acquireLease({ holder: "a", ttlMs: 1_000 });
    if (lease.kind !== "acquired") throw new Error("held");
    let turns = 0;
    setImmediate(() => turns++);
    const commits = ["r1", "r2", "r1"].map((requestId) =>
      store.commit({ ...lease, holder: "a" }, requestId, [{ key: "k", expect: "any", value: new Uint8Array(1) }]),
    );
    expect(await Promise.all(commits)).toEqual([{ kind: "ok" }, { kind: "ok" }, { kind: "ok" }]);
    expect(turns).toBe(1);
    expect(await store.read("k")).toMatchObject({ version: 2 });
    await store.close();
  });

  it("refuses a folder that is in use, naming the process, and frees it on close", async () => {
    const first = await createLmdbStore({ folder, exclusive: true }, ports);
    await expect(createLmdbStore({ folder, exclusive: true }, ports)).rejects.toMatchObject({
      code: "folder-in-use",
      context: { folder, pid: process.pid },
    });
    await first.close();
    await (await createLmdbStore({ folder, exclusive: true }, ports)).close();
  });

  it("takes over the lock of a dead process, and of a process id that belongs to another now", async () => {
    for (const lock of ['{"pid":2147483600,"identity":"x"}', `{"pid":${process.pid},"identity":"before-the-reboot"}`, "torn"]) {
      writeFileSync(join(folder, "LOCK"), lock);
      await (await createLmdbStore({ folder, exclusive: true }, ports)).close();
    }
  });

  it("refuses data of a newer format", async () => {
    const database = open<Uint8Array, string>({ path: folder, encoding: "binary" });
    database.putSync("m/format", Buffer.from("99"));
    await database.close();
    await expect(createLmdbStore({ folder, exclusive: true }, ports)).rejects.toMatchObject({
      code: "folder-format-newer",
      context: { format: 99 },
    });
  });
});
