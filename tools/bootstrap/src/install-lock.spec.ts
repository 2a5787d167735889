import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { whileAlone } from "./install-lock.mjs";

const lockPath = (): string => join(mkdtempSync(join(tmpdir(), "millrace-lock-")), "install.lock");

describe("whileAlone", () => {
  it("lets one after the other work, and leaves nothing behind", async () => {
    const path = lockPath();
    let working = 0;
    let together = 0;
    const work = async (): Promise<void> => {
      together = Math.max(together, ++working);
      await new Promise((resolve) => setImmediate(resolve));
      working--;
    };
    const waitedFor: number[] = [];
    await Promise.all([1, 2, 3].map(() => whileAlone(path, { work, onWait: (pid) => waitedFor.push(pid) })));
    expect(together).toBe(1);
    expect(waitedFor).toContain(process.pid);
    expect(existsSync(path)).toBe(false);
  });

  it("takes the lock of a process that is gone", async () => {
    const path = lockPath();
    writeFileSync(path, "999999999\n");
    expect(await whileAlone(path, { work: () => Promise.resolve("done") })).toBe("done");
  });

  it("gives the lock free when the work fails", async () => {
    const path = lockPath();
    await expect(whileAlone(path, { work: () => Promise.reject(new Error("no network")) })).rejects.toThrow("no network");
    expect(existsSync(path)).toBe(false);
  });
});
