import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { SinkOutput } from "@millrace/ports";
import { describeSinkContract } from "@millrace/testkit";
import { filesSink } from "./files-sink.ts";

const SLOTS = { jobId: "j", incarnation: 1, jobEpoch: 1, sink: "out", slots: [0] };

function line(slot: number, text: string, partition = ""): SinkOutput {
  return { slot, element: text, key: null, value: new TextEncoder().encode(text), timestampMs: 0, partition };
}

/** What a reader sees who knows nothing of Millrace: files that are not hidden. */
async function visibleFiles(root: string): Promise<string[]> {
  const all = await readdir(root, { recursive: true, withFileTypes: true });
  const files = all.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  return files.filter((path) => !path.split("/").some((step) => step.startsWith("."))).sort();
}

async function visibleLines(root: string): Promise<string[]> {
  const texts = await Promise.all((await visibleFiles(root)).map((path) => readFile(join(root, path), "utf8")));
  return texts.flatMap((text) => text.split("\n").filter((own) => own !== ""));
}

describeSinkContract("files", async () => {
  const root = await mkdtemp(join(tmpdir(), "millrace-files-"));
  return {
    connect: () => filesSink({ path: root, format: "text" }),
    output: (slot, text) => line(slot, text, slot === 0 ? "" : `slot=${slot}`),
    read: () => visibleLines(root),
    dispose: () => rm(root, { recursive: true, force: true }),
  };
});

describe("filesSink", () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "millrace-files-"));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it("shows one file per batch, slot and partition, under a name that a replay gives again", async () => {
    const writer = await filesSink({ path: root, format: "text" }).open(SLOTS);
    writer.write(line(0, "a", "country=at"));
    writer.write(line(0, "b", "country=at"));
    writer.write(line(0, "c", "country=ch"));
    await writer.commit({ batch: 7, digest: "d", slots: [0] });
    expect(await visibleFiles(root)).toEqual(["country=at/part-j-1-out-0-7.txt", "country=ch/part-j-1-out-0-7.txt"]);
  });

  it("writes CSV with a header, quoted where it must be", async () => {
    const writer = await filesSink({ path: root, format: "csv", columns: ["id", "note"] }).open(SLOTS);
    for (const element of [{ id: 1, note: 'say "a, b"' }, { id: 2 }]) writer.write({ ...line(0, ""), element, value: null });
    await writer.commit({ batch: 1, digest: "d", slots: [0] });
    expect(await readFile(join(root, "part-j-1-out-0-1.csv"), "utf8")).toBe('id,note\n1,"say ""a, b"""\n2,\n');
  });

  it("shows what was committed and not yet shown when the slot is opened again", async () => {
    const { rename } = await import("node:fs/promises");
    const writer = await filesSink({ path: root, format: "text" }).open(SLOTS);
    writer.write(line(0, "a"));
    await writer.commit({ batch: 1, digest: "d", slots: [0] });
    // As after a crash between commit and show: the part is back where the manifest says it was hidden.
    const folder = join(root, ".millrace/j-1/out/slot-0");
    const manifest = JSON.parse(await readFile(join(folder, "commits/1.json"), "utf8")) as { parts: { hidden: string; visible: string }[] };
    const part = manifest.parts[0] ?? { hidden: "", visible: "" };
    await rename(join(root, part.visible), join(root, part.hidden));
    expect(await visibleLines(root)).toEqual([]);
    await filesSink({ path: root, format: "text" }).open({ ...SLOTS, jobEpoch: 2 });
    expect(await visibleLines(root)).toEqual(["a"]);
  });

  it.each([
    ["an option that it does not know", { path: "x", format: "text", compresion: "gzip" }, "no option compresion"],
    ["a format that it does not know", { path: "x", format: "xml" }, "format must be one of json, text, csv"],
    ["CSV without columns", { path: "x", format: "csv" }, "columns must be a list of texts"],
    ["no path", { format: "text" }, "path must be a text"],
  ])("refuses %s", (_, options, message) => {
    expect(() => filesSink(options)).toThrow(message);
  });

  it.each(["../out", "/etc", "a//b", ".hidden/x"])("refuses the partition %s", async (partition) => {
    const writer = await filesSink({ path: root, format: "text" }).open(SLOTS);
    expect(() => {
      writer.write(line(0, "a", partition));
    }).toThrow("a partition is a relative path");
  });
});
