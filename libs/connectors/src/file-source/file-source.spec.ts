import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BatchPartition } from "@millrace/ports";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { describeBatchSourceContract } from "@millrace/testkit";
import { fileSource, type FileSourceOptions } from "./file-source.ts";

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "millrace-file-source-"));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
  return root;
}

const cases: readonly [FileSourceOptions["format"], Readonly<Record<string, string>>, readonly (readonly unknown[])[]][] = [
  ["text", { "a.txt": "one\ntwo\r\n\nthree", "b/c.txt": "four\n" }, [["one", "two", "", "three"], ["four"]]],
  ["json", { "a.jsonl": '{"a":1}\n\n[2]\n', "b.jsonl": '"x"' }, [[{ a: 1 }, [2]], ["x"]]],
  [
    "csv",
    { "a.csv": 'id,note\r\n1,"say ""a, b"""\n2,\n', "b.csv": 'id,note\n3,"two\nlines"' },
    [
      [
        { id: "1", note: 'say "a, b"' },
        { id: "2", note: "" },
      ],
      [{ id: "3", note: "two\nlines" }],
    ],
  ],
];

for (const [format, files, expected] of cases) {
  describeBatchSourceContract<unknown>(`files of ${format}`, async () => {
    const root = await folderOf(files);
    return {
      connect: () => fileSource(root, { format: format as "json" }),
      expected,
      dispose: () => rm(root, { recursive: true, force: true }),
    };
  });
}

async function elementsOf<T>(partition: BatchPartition<T> | undefined): Promise<T[]> {
  const elements: T[] = [];
  for await (const list of partition?.read() ?? []) elements.push(...list);
  return elements;
}

/** The package exports its code only; its data lies beside it. */
const FLIGHTS = fileURLToPath(new URL("../data/flights-3m.parquet", import.meta.resolve("vega-datasets")));

describe("fileSource", () => {
  let root = "";
  beforeEach(async () => {
    root = await folderOf({ "a.txt": "a", ".millrace/x.txt": "hidden", "_tmp/y.txt": "temporary", "bad.jsonl": '{"a":1}\nnope\n' });
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it("leaves out what is hidden or temporary, and takes a single file", async () => {
    const names = async (path: string) =>
      (await fileSource(path, { format: "text" }).partitions()).map(({ name }) => name.slice(root.length));
    expect(await names(root)).toEqual(["/a.txt", "/bad.jsonl"]);
    expect(await names(join(root, "a.txt"))).toEqual(["/a.txt"]);
  });

  it("reads rows of Parquet, some at a time", async () => {
    const [partition] = await fileSource<Record<string, unknown>>(FLIGHTS, { format: "parquet" }).partitions();
    const first = await partition?.read()[Symbol.asyncIterator]().next();
    const rows = first?.done === false ? first.value : [];
    expect(rows.length).toBe(50_000);
    expect(Object.keys(rows[0] ?? {}).toSorted()).toEqual(["date", "delay", "destination", "distance", "origin"]);
  }, 60_000);

  it("reads a field that is cut anywhere, as large files are", async () => {
    const note = 'x",\n'.repeat(150_000);
    await writeFile(join(root, "large.csv"), `note\n"${note.replaceAll('"', '""')}"\n`);
    const [partition] = await fileSource(join(root, "large.csv"), { format: "csv" }).partitions();
    const rows = await elementsOf(partition);
    expect(rows.length).toBe(1);
    expect(rows[0]?.note === note).toBe(true);
  });

  it.each([
    ["a line that is not JSON, with its number", "bad.jsonl", "json", "line 2 is not JSON"],
    ["a file that is not Parquet", "a.txt", "parquet", "it cannot be read as Parquet"],
  ] as const)("refuses %s", async (_, file, format, message) => {
    const [partition] = await fileSource(join(root, file), { format }).partitions();
    await expect(elementsOf(partition)).rejects.toMatchObject({ code: "bad-file", reason: expect.stringContaining(message) });
  });

  it("refuses a CSV row with other fields, and a quote that is not closed", async () => {
    for (const [text, message] of [
      ["a,b\n1\n", "row 2 has 1 fields, and the first has 2"],
      ['a\n"x\n', "not closed"],
    ] as const) {
      await writeFile(join(root, "c.csv"), text);
      const [partition] = await fileSource(join(root, "c.csv"), { format: "csv" }).partitions();
      await expect(elementsOf(partition)).rejects.toThrow(message);
    }
  });

  it("says when there is no such file", async () => {
    await expect(fileSource(join(root, "none"), { format: "text" }).partitions()).rejects.toMatchObject({ code: "no-such-file" });
  });
});
