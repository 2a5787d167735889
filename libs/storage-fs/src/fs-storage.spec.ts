import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeStorageContract } from "@millrace/testkit";
import { createFsStorage } from "./fs-storage.ts";

describeStorageContract("file system", () => {
  const root = mkdtempSync(join(tmpdir(), "millrace-storage-"));
  return {
    storage: createFsStorage(root),
    reopen: () => createFsStorage(root),
    dispose: () => rmSync(root, { recursive: true, force: true }),
  };
});
