import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { openDataFolder } from "./data-folder.ts";
import { identityOfThisProcess } from "./process-identity.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "millrace-folder-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const open = (newFolderId = "f1") => openDataFolder(root, { newFolderId });
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "opened",
    (error: unknown) => (error as { code?: string }).code,
  );
const lockOf = (value: object): void => writeFileSync(join(root, "lock"), JSON.stringify(value));

describe("openDataFolder", () => {
  it("formats an empty folder once and keeps its id", async () => {
    const first = await open("f1");
    expect([first.isNew, first.folderId, first.clusterId]).toEqual([true, "f1", undefined]);
    first.release();
    const second = await open("f2");
    expect([second.isNew, second.folderId]).toEqual([false, "f1"]);
    second.release();
    expect(readdirSync(root)).toEqual(["millrace-folder.json"]);
  });

  it("stays with its cluster", async () => {
    const first = await open();
    await first.adoptCluster("c1");
    first.release();
    const second = await open();
    expect(second.clusterId).toBe("c1");
    await second.adoptCluster("c1");
    expect(await codeOf(second.adoptCluster("c2"))).toBe("folder-other-cluster");
    second.release();
  });

  it("refuses a folder that a living process has, and names it", async () => {
    const first = await open();
    await expect(open()).rejects.toThrow(`pid=${process.pid}`);
    expect(await codeOf(open())).toBe("folder-in-use");
    first.release();
    expect(await codeOf(open())).toBe("opened");
  });

  it("takes over the lock of a process that died", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    lockOf({ pid: child.pid, started: "gone", host: "here" });
    expect(await codeOf(open())).toBe("opened");
  });

  it("takes over the lock of a dead process whose id lives on in another one", async () => {
    lockOf({ ...identityOfThisProcess(), started: "another-boot/1" });
    expect(await codeOf(open())).toBe("opened");
  });

  it("takes over a torn lock", async () => {
    writeFileSync(join(root, "lock"), '{"pid":1');
    expect(await codeOf(open())).toBe("opened");
  });

  it("refuses a newer format, a damaged format file and a folder of something else", async () => {
    const file = join(root, "millrace-folder.json");
    writeFileSync(file, JSON.stringify({ formatVersion: 99, folderId: "f" }));
    expect(await codeOf(open())).toBe("folder-newer-format");
    writeFileSync(file, "{");
    expect(await codeOf(open())).toBe("folder-damaged");
    rmSync(file);
    writeFileSync(join(root, "thesis.doc"), "");
    expect(await codeOf(open())).toBe("folder-foreign");
  });
});
