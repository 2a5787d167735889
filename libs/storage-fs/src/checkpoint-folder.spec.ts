import { afterAll, describe, expect, it } from "@jest/globals";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describeCheckpointPlaceContract } from "@millrace/testkit";
import { createCheckpointFolders } from "./checkpoint-folder.ts";

const root = mkdtempSync(join(tmpdir(), "millrace-checkpoints-"));
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describeCheckpointPlaceContract("folder", () => {
  const folder = mkdtempSync(join(root, "place-"));
  const url = pathToFileURL(folder).href;
  return Promise.resolve({ places: createCheckpointFolders(), url, missing: `${url}/not-mounted` });
});

describe("createCheckpointFolders", () => {
  it("never makes the folder of a place, which may be a mount that is not there yet", async () => {
    const folder = join(root, "not-mounted");
    await expect(createCheckpointFolders().open(pathToFileURL(folder).href)).rejects.toMatchObject({ code: "checkpoint-path-unusable" });
    expect(existsSync(folder)).toBe(false);
  });

  it("says what else is wrong with a place", async () => {
    const file = join(root, "file");
    writeFileSync(file, "");
    await expect(createCheckpointFolders().open(pathToFileURL(file).href)).rejects.toThrow("it is no folder");
    await expect(createCheckpointFolders().open("s3://bucket")).rejects.toThrow("no file:/// URL");
  });

  it("writes what is not committed under another name, in the same folder, so that the rename stays within one file system", async () => {
    const folder = mkdtempSync(join(root, "place-"));
    const place = await createCheckpointFolders().open(pathToFileURL(folder).href);
    const file = await place.create("job/1.2.3.count");
    await file.write(Uint8Array.of(1));
    expect(await place.list("job")).toEqual(["1.2.3.count.unfinished"]);
    await file.commit();
    expect(await place.list("job")).toEqual(["1.2.3.count"]);
  });
});
