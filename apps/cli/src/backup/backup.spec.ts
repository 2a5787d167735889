import { beforeEach, describe, expect, it } from "@jest/globals";
import type { Storage } from "@millrace/ports";
import { createSimulatedStorage, ManualClock, referenceCrc32c as crc32c, SeededRandom } from "@millrace/testkit";
import { MemoryCluster } from "../../test/memory-cluster.ts";
import { createBackup } from "./create/create-backup.ts";
import { encodeHeader } from "./format/sealed-frames.ts";
import { listBackups } from "./list-backups.ts";
import type { Manifest } from "./manifest.ts";
import { restoreBackup, type RestoreOptions, type RestoreResult } from "./restore/restore-backup.ts";
import { verifyBackup } from "./verify-backup.ts";

let old: MemoryCluster;
let storage: Storage;
let clock: ManualClock;
const random = new SeededRandom(1);

beforeEach(() => {
  old = new MemoryCluster("old");
  storage = createSimulatedStorage({ seed: 1 }).mount();
  clock = new ManualClock();
});

const create = (topics?: readonly string[], cluster = old): Promise<Manifest> =>
  createBackup({ topics, version: "1.2.3" }, { storage, crc32c, client: cluster.client, clock, random });

const restore = (cluster: MemoryCluster, options: RestoreOptions = {}): Promise<RestoreResult> =>
  restoreBackup(options, { storage, crc32c, client: cluster.client, clock });

/** All files of the folder. */
function filesOf(folder = ""): string[] {
  return storage.list(folder).flatMap(({ name, isFolder }) => {
    const path = folder === "" ? name : `${folder}/${name}`;
    return isFolder ? filesOf(path) : [path];
  });
}

describe("createBackup and restoreBackup", () => {
  it("bring back records at their offsets, offsets of groups, jobs and settings", async () => {
    old.addTopic("t", { partitions: 2, configs: { "retention.ms": "5" } });
    old.append("t", ["a", "b"]);
    old.append("t", ["c"], { at: 9 });
    old.append("t", ["d"], { partition: 1, at: 6_000_000_000 });
    old.deleteBefore("t", 6_000_000_000, 1);
    old.groups.set("g", [{ topic: "t", partition: 0, offset: 9, metadata: "m" }]);
    old.jobs.set("j", { jobId: "j", name: "n", entries: ["", "/graph", "/plan"].map((key) => ({ key, value: new Uint8Array([1, 2]) })) });
    await create();
    const fresh = new MemoryCluster("new");
    expect(await restore(fresh)).toMatchObject({ topics: 1, partitions: 2, records: 4, groups: 1, offsets: 1, jobs: 1, aborted: 0 });
    expect(fresh.contentOf("t")).toEqual(old.contentOf("t"));
    expect(fresh.contentOf("t", 1)).toEqual(old.contentOf("t", 1));
    expect(fresh.startOf("t", 1)).toBe(6_000_000_000);
    expect(fresh.topics.get("t")?.configs).toEqual({ "retention.ms": "5" });
    expect(fresh.groups.get("g")).toMatchObject([{ topic: "t", partition: 0, offset: 9, metadata: "m" }]);
    expect(fresh.jobs.get("j")?.entries.map(({ key }) => key)).toEqual(["/plan", "", "/graph"]);
  });

  it("save only what is new, and every backup of the folder stays what it was", async () => {
    old.addTopic("t");
    old.append("t", ["a"]);
    await create();
    old.append("t", ["b"]);
    const second = await create();
    expect(second).toMatchObject({ number: 2, added: { records: 1 } });
    expect(listBackups({ storage, crc32c }).map(({ number, records }) => [number, records])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    for (const [number, content] of [
      [1, ["0 -1 a"]],
      [2, ["0 -1 a", "1 -1 b"]],
    ] as const) {
      const fresh = new MemoryCluster("new");
      await restore(fresh, { number });
      expect(fresh.contentOf("t")).toHaveLength(content.length);
    }
  });

  it("look at jobs, then groups, then ends of logs, while transactions are held", async () => {
    old.addTopic("t");
    await create();
    expect(old.asked.filter((what) => what.includes("held"))).toEqual(["groups (held)", "ends (held)", "ends (held)"]);
  });

  it("hold transactions under one name per folder, so that a killed backup keeps no later one waiting", async () => {
    const { backupId } = await create();
    await create();
    expect(old.holders).toEqual([`backup-${backupId}`, `backup-${backupId}`]);
  });

  it("never save an offset beyond the records", async () => {
    old.addTopic("t");
    old.append("t", ["a"]);
    old.groups.set("g", [
      { topic: "t", partition: 0, offset: 77 },
      { topic: "gone", partition: 0, offset: 3 },
    ]);
    await create();
    const fresh = new MemoryCluster("new");
    await restore(fresh);
    expect(fresh.groups.get("g")).toMatchObject([{ topic: "t", partition: 0, offset: 1 }]);
  });

  it("abort what was open, and give records to producers that the cluster does not have", async () => {
    old.addTopic("t");
    old.append("t", ["a"], { producer: 4 });
    old.append("t", ["b"], { producer: 6 });
    old.end("t", 4, "commit");
    await create();
    const fresh = new MemoryCluster("new");
    await fresh.client.admin().reserveProducerIds(1_000);
    expect(await restore(fresh)).toMatchObject({ aborted: 1 });
    expect(fresh.contentOf("t").map((batch) => batch.replace(/ [a-z0-9]*$/, ""))).toEqual(["0 1004", "1 1006", "2 1004", "3 1006"]);
    expect(fresh.contentOf("t").at(-1)).toContain("control");
  });

  it("follow a transaction over backups: ended in the second, it is not aborted", async () => {
    old.addTopic("t");
    old.append("t", ["a"], { producer: 4 });
    await create();
    old.end("t", 4, "commit");
    await create();
    expect(await restore(new MemoryCluster("new"))).toMatchObject({ aborted: 0 });
    expect(await restore(new MemoryCluster("new"), { number: 1 })).toMatchObject({ aborted: 1 });
  });

  it("keep the end of a log of which nothing is left", async () => {
    old.addTopic("t");
    old.append("t", ["a", "b", "c"]);
    old.deleteBefore("t", 3);
    await create();
    const fresh = new MemoryCluster("new");
    await restore(fresh);
    expect([fresh.startOf("t"), fresh.endOf("t")]).toEqual([3, 3]);
  });

  it("go on after they were killed", async () => {
    old.addTopic("t", { partitions: 3 });
    for (let n = 0; n < 9; n++) old.append("t", [`v${n}`], { partition: n % 3 });
    const killAt = (cluster: MemoryCluster, count: number): void => {
      let seen = 0;
      cluster.onAsked = (what) => {
        if (/^(fetched|restore) /.test(what) && ++seen >= count) throw new Error("killed");
      };
    };
    for (const count of [1, 2, 2]) {
      killAt(old, count);
      await expect(create()).rejects.toThrow("killed");
    }
    old.onAsked = () => undefined;
    old.asked.length = 0;
    await create();
    expect(old.asked.filter((what) => what.startsWith("fetched")).length).toBeLessThan(9);
    const fresh = new MemoryCluster("new");
    for (const count of [1, 5, 9]) {
      killAt(fresh, count);
      await expect(restore(fresh)).rejects.toThrow("killed");
    }
    fresh.onAsked = () => undefined;
    await restore(fresh);
    for (const partition of [0, 1, 2]) expect(fresh.contentOf("t", partition)).toEqual(old.contentOf("t", partition));
    expect(fresh.topics.get("t")?.configs).toEqual({});
  });

  it("copy on behind what retention took meanwhile, but not where jobs needed it", async () => {
    old.addTopic("t");
    for (const value of ["a", "b", "c"]) old.append("t", [value]);
    old.onAsked = (what) => {
      if (what === "fetch t/0 0") old.deleteBefore("t", 2);
    };
    const { topics } = await create();
    expect(topics[0]?.partitions[0]).toMatchObject({ logStartOffset: 2, endOffset: 3 });
    old.addTopic("__millrace_checkpoints");
    for (const value of ["a", "b"]) old.append("__millrace_checkpoints", [value]);
    old.onAsked = (what) => {
      if (what === "fetch __millrace_checkpoints/0 0") old.deleteBefore("__millrace_checkpoints", 1);
    };
    await expect(create()).rejects.toMatchObject({ code: "backup-overtaken" });
  });

  it("copy a compacted topic anew when a tombstone may have come and gone since", async () => {
    old.addTopic("t", { configs: { "cleanup.policy": "compact", "delete.retention.ms": "1000" } });
    old.append("t", ["a"]);
    await create();
    await clock.advance(999);
    old.append("t", ["b"]);
    expect((await create()).added.records).toBe(1);
    await clock.advance(1_000);
    expect((await create()).added.records).toBe(2);
  });
});

describe("what is refused", () => {
  it("another cluster's folder, a folder of something else, a log that is not the one that was saved", async () => {
    old.addTopic("t");
    old.append("t", ["a"]);
    await create();
    await expect(create(undefined, new MemoryCluster("other"))).rejects.toMatchObject({ code: "backup-other-cluster" });
    old.topics.get("t")?.partitions[0]?.batches.splice(0);
    await expect(create()).rejects.toMatchObject({ code: "backup-diverged" });
    old.append("t", ["x"]);
    old.append("t", ["y"]);
    await expect(create()).rejects.toMatchObject({ code: "backup-diverged" });
    storage = createSimulatedStorage({ seed: 2 }).mount();
    await storage.writeFileAtomically("something", new Uint8Array([1]));
    await expect(create()).rejects.toMatchObject({ code: "backup-folder-foreign" });
  });

  it("a target that is not empty, unless told; what is there already, always", async () => {
    old.addTopic("t");
    await create();
    for (const fill of [
      (cluster: MemoryCluster) => cluster.addTopic("u"),
      (cluster: MemoryCluster) => void cluster.groups.set("g", []),
      (cluster: MemoryCluster) => void cluster.jobs.set("j", { jobId: "j", name: "j", entries: [] }),
    ]) {
      const used = new MemoryCluster("new");
      fill(used);
      await expect(restore(used)).rejects.toMatchObject({ code: "restore-target-not-empty" });
      await restore(used, { mayBeUsed: true });
      await expect(restore(used, { mayBeUsed: true })).rejects.toMatchObject({ code: "restore-target-exists" });
    }
  });

  it("topics that are not there", async () => {
    old.addTopic("t");
    await expect(create(["u"])).rejects.toMatchObject({ code: "unknown-topic" });
    await create(["t"]);
    await expect(restore(new MemoryCluster("new"), { topics: ["u"] })).rejects.toMatchObject({ code: "unknown-topic" });
  });

  it("a folder without a finished backup, and files of a newer version", async () => {
    const ports = { storage, crc32c };
    expect(() => listBackups(ports)).toThrow(expect.objectContaining({ code: "backup-missing" }));
    old.addTopic("t");
    await create();
    await expect(restore(new MemoryCluster("new"), { number: 2 })).rejects.toMatchObject({ code: "backup-missing" });
    const path = "manifests/000001.manifest";
    const bytes = storage.readFile(path) ?? new Uint8Array();
    await storage.writeFileAtomically(path, new Uint8Array([...encodeHeader("manifest", crc32c, 2), ...bytes.subarray(12)]));
    await expect(restore(new MemoryCluster("new"))).rejects.toMatchObject({ code: "backup-newer-format", context: { version: 2 } });
  });
});

describe("verifyBackup", () => {
  it("finds any flipped bit in any file, and a file that is cut, missing or longer", async () => {
    old.addTopic("t");
    old.append("t", ["a", "b"]);
    old.append("t", ["c"], { producer: 3 });
    old.groups.set("g", [{ topic: "t", partition: 0, offset: 1 }]);
    old.jobs.set("j", { jobId: "j", name: "j", entries: [{ key: "", value: new Uint8Array([1]) }] });
    await create();
    const ports = { storage, crc32c };
    expect(verifyBackup({}, ports)).toMatchObject({ problemCount: 0, files: 3, batches: 2, records: 3, groups: 1, jobs: 1 });
    const isFound = (): boolean => {
      try {
        return verifyBackup({}, ports).problemCount > 0;
      } catch (error) {
        return (error as { code: string }).code.startsWith("backup-");
      }
    };
    for (const path of filesOf()) {
      const whole = storage.readFile(path) ?? new Uint8Array();
      for (let at = 0; at < whole.length; at++) {
        const flipped = whole.slice();
        flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
        await storage.writeFileAtomically(path, flipped);
        expect([path, at, isFound()]).toEqual([path, at, true]);
      }
      for (const damaged of [whole.slice(0, -1), new Uint8Array([...whole, 0]), whole.slice(0, 12)]) {
        await storage.writeFileAtomically(path, damaged);
        expect([path, damaged.length, isFound()]).toEqual([path, damaged.length, true]);
      }
      storage.remove(path);
      expect([path, isFound()]).toEqual([path, true]);
      await storage.writeFileAtomically(path, whole);
    }
    expect(isFound()).toBe(false);
  });
});
