import { describe, expect, it } from "@jest/globals";
import { create } from "@bufbuild/protobuf";
import { CheckpointFolderSchema } from "@millrace/contracts";
import { MemoryCheckpointPlaces } from "@millrace/testkit";
import { trimCheckpointFiles } from "./trim-files.ts";

const URL = "file:///a";

describe("trimCheckpointFiles", () => {
  it("removes settled parts that nothing refers to, finished or not, and leaves all else", async () => {
    const places = new MemoryCheckpointPlaces([URL]);
    const files = places.files.get(URL);
    const names = {
      gone: ["3.9.0.count", "4.6.1.count", "4.7.0.count", "3.8.0.count.unfinished"],
      stay: ["4.7.1.count", "3.2.0.count", "4.8.0.count", "4.8.1.count.unfinished", "5.1.0.count", "notes.txt", "4.count"],
    };
    for (const name of [...names.gone, ...names.stay]) files?.set(`job/${name}`, Uint8Array.of(1));
    files?.set("other/1.1.0.count", Uint8Array.of(1));
    const keep = ["4.7.1.count", "3.2.0.count"];
    const folder = create(CheckpointFolderSchema, { place: URL, jobId: "job", keep, jobEpoch: 4n, batch: 7n });
    expect(await trimCheckpointFiles([folder], places)).toBe(names.gone.length);
    expect([...(files?.keys() ?? [])].sort()).toEqual([...names.stay.map((name) => `job/${name}`), "other/1.1.0.count"].sort());
  });

  it("says that the place is not there", async () => {
    const folder = create(CheckpointFolderSchema, { place: "file:///b", jobId: "job" });
    await expect(trimCheckpointFiles([folder], new MemoryCheckpointPlaces([URL]))).rejects.toMatchObject({
      code: "checkpoint-path-unusable",
    });
  });
});
