import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { connect } from "../../src/connect.ts";
import { type DevProcess, startDev } from "./dev-process.ts";
import { unpackFolder } from "./folder-archive.ts";
import { whatIsThere } from "./what-is-there.ts";

const MAIN = join(import.meta.dirname, "../../src/main.ts");
const TEST_MS_MAX = 120_000;
const ARCHIVE_BYTES_MAX = 300_000;
const releases = readdirSync(import.meta.dirname).flatMap((name) => /^data-(.+)\.br$/.exec(name)?.[1] ?? []);

let folder: string;
let running: DevProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-upgrade-spec-"));
});
afterEach(async () => {
  await running?.stop("SIGKILL");
  rmSync(folder, { recursive: true });
});

/** What this version finds in the folder. */
async function open(): Promise<unknown> {
  running = await startDev(MAIN, folder);
  const connection = connect([running.broker]);
  try {
    return await whatIsThere(connection.client);
  } finally {
    await connection.close();
  }
}

describe("the data folder of a release", () => {
  it.each(releases)(
    "is opened, and everything in it is what it was: %s",
    async (version) => {
      const archive = readFileSync(join(import.meta.dirname, `data-${version}.br`));
      expect(archive.length).toBeLessThan(ARCHIVE_BYTES_MAX);
      unpackFolder(archive, folder);
      const expected = JSON.parse(readFileSync(join(import.meta.dirname, `data-${version}.json`), "utf8")) as unknown;
      expect(await open()).toEqual(expected);
      // What this version has made of it, without a clean stop.
      await running?.stop("SIGKILL");
      expect(await open()).toEqual(expected);
    },
    TEST_MS_MAX,
  );

  it("is there, of at least one release", () => {
    expect(releases).toContain("0.1.0");
  });
});
