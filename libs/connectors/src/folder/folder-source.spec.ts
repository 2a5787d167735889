import { appendFile, mkdir, mkdtemp, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { PositionRange, SplitReader } from "@millrace/ports";
import { describeStreamSourceContract } from "@millrace/testkit";
import { folderSource } from "./folder-source.ts";
import { lookAt } from "./list-folder.ts";

const FILES = 3;

describeStreamSourceContract<unknown>("folder", async () => {
  const path = await mkdtemp(join(tmpdir(), "millrace-folder-"));
  let next = 0;
  return {
    connect: () => folderSource({ path, format: "json" }),
    splitCount: 1,
    nowMs: () => Date.now(),
    async grow() {
      const added: unknown[] = [];
      for (let i = 0; i < FILES; i++) {
        const rows = [{ id: next++ }, { id: next++ }];
        await writeFile(join(path, `.part-${next}`), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
        await rename(join(path, `.part-${next}`), join(path, `${String(next).padStart(4, "0")}.jsonl`));
        added.push(...rows);
      }
      return [added];
    },
    dispose: () => rm(path, { recursive: true }),
  };
});

describe("folderSource", () => {
  let path = "";
  let nowMs = 0;
  const remembered = new Set<string>();
  const memory = {
    get size() {
      return remembered.size;
    },
    has: (text: string) => remembered.has(text),
    add: (text: string) => void remembered.add(text),
    delete: (text: string) => void remembered.delete(text),
    texts: () => remembered,
  };
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), "millrace-folder-"));
    remembered.clear();
  });
  afterEach(() => rm(path, { recursive: true, force: true }));

  const open = (options: Readonly<Record<string, unknown>> = {}): Promise<SplitReader> =>
    folderSource({ path, format: "text", ...options }).open({
      ...{ jobId: "j", jobEpoch: 1, source: "folder", split: 0, splitCount: 1, startedAtMs: 0 },
      nowMs: () => nowMs,
      memory,
    });
  async function write(name: string, text: string, changedMs = 1_000): Promise<void> {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), text);
    await utimes(join(path, name), changedMs / 1_000, changedMs / 1_000);
  }
  async function next(reader: SplitReader, position = 0): Promise<PositionRange> {
    return { start: position, ...(await reader.available(position, { stepsMax: 100 })) };
  }
  async function read(reader: SplitReader, range: PositionRange): Promise<unknown[]> {
    const lines: unknown[] = [];
    for await (const { elements } of reader.read(range)) lines.push(...elements);
    reader.remember?.(range);
    return lines;
  }

  it("reads files in order of their last change, then of their names, below the folder too, and leaves out what is hidden", async () => {
    await write("c.txt", "first\n", 1_000);
    await write("b/x.txt", "third\n", 2_000);
    await write("a.txt", "second\n", 2_000);
    await write(".hidden", "no\n");
    await write("_part/y.txt", "no\n");
    const reader = await open();
    expect(await read(reader, await next(reader))).toEqual(["first", "second", "third"]);
  });

  it("takes a file that was moved in with an old time of change", async () => {
    await write("new.txt", "new\n", 5_000);
    const reader = await open();
    const range = await next(reader);
    expect(await read(reader, range)).toEqual(["new"]);
    await write("old.txt", "old\n", 1_000);
    expect(await read(reader, await next(reader, range.end))).toEqual(["old"]);
  });

  it("waits until a file has been quiet for as long as it was told", async () => {
    await write("a.txt", "a\n", 10_000);
    const reader = await open({ quietMs: 500 });
    nowMs = 10_499;
    expect((await next(reader)).end).toBe(0);
    nowMs = 10_500;
    expect((await next(reader)).end).toBe(1);
  });

  it("forgets names that are gone, with the next batch", async () => {
    const reader = await open();
    await write("a.txt", "a\n");
    await read(reader, await next(reader));
    await rm(join(path, "a.txt"));
    await write("b.txt", "b\n");
    await read(reader, await next(reader, 1));
    expect([...remembered]).toEqual(["b.txt"]);
  });

  it("does not replay a file that has changed or is gone: it says so", async () => {
    const reader = await open();
    await write("a.txt", "a\n");
    const range = await next(reader);
    await appendFile(join(path, "a.txt"), "b\n");
    await expect(read(reader, range)).rejects.toMatchObject({ code: "source-file-changed", kind: "corrupt" });
    await rm(join(path, "a.txt"));
    await expect(read(reader, range)).rejects.toMatchObject({ code: "source-file-gone", kind: "corrupt" });
    expect(remembered.size).toBe(0);
  });

  it("says which line of which file is damaged", async () => {
    await write("a.jsonl", '{"a":1}\n{"a":\n');
    const reader = await open({ format: "json" });
    await expect(read(reader, await next(reader))).rejects.toMatchObject({
      code: "bad-file",
      context: { path: join(path, "a.jsonl") },
      message: expect.stringContaining("line 2") as unknown,
    });
  });

  it("notes no more files than a plan has room for, and gives the others afterwards", async () => {
    const name = (i: number): string => `${"n".repeat(200)}-${i}.txt`;
    for (let i = 0; i < 300; i++) await write(name(i), `${i}\n`);
    const reader = await open();
    const lines: unknown[] = [];
    let batches = 0;
    for (let position = 0; ; batches++) {
      const range = { start: position, ...(await reader.available(position, { stepsMax: 500 })) };
      if (range.end === position) break;
      expect(JSON.stringify(range.note).length).toBeLessThan(64 * 1024);
      lines.push(...(await read(reader, range)));
      position = range.end;
    }
    expect(batches).toBe(2);
    expect(new Set(lines).size).toBe(300);
    expect(lines).toHaveLength(300);
  });

  it("says that a folder cannot be listed", async () => {
    const reader = await open({ path: join(path, "absent") });
    await expect(next(reader)).rejects.toMatchObject({ code: "folder-not-listed", kind: "unavailable", context: { reason: "ENOENT" } });
  });

  it.each([{ format: "xml" }, { quietMs: -1 }, { splits: 2 }])("refuses the options %j", (options) => {
    expect(() => folderSource({ path: "/in", format: "text", ...options })).toThrow(
      expect.objectContaining({ code: "connector-option-invalid" }),
    );
  });

  it("says so when a file cannot be looked at, and does not take it for one that has gone", async () => {
    expect(await lookAt(path, ["gone"])).toEqual([]);
    await expect(lookAt(path, ["x".repeat(300)])).rejects.toMatchObject({ code: "folder-not-listed", context: { reason: "ENAMETOOLONG" } });
  });
});
