import { mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { PageCache } from "./page-cache.ts";

describe("PageCache.openIn", () => {
  it("leaves nothing in the folder, nor an open file after close", () => {
    const folder = mkdtempSync(join(tmpdir(), "page-cache-"));
    const openFiles = (): string[] => readdirSync("/proc/self/fd").filter((fd) => isOf(fd, folder));
    const cache = PageCache.openIn(folder);
    expect(readdirSync(folder)).toEqual([]);
    expect(openFiles()).toHaveLength(1);
    cache?.close();
    expect(openFiles()).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});

function isOf(fd: string, folder: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
  } catch {
    return false; // the list's own
  }
}
