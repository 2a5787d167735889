import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { describeStateStoreContract } from "@millrace/testkit";
import { openStateStore } from "./open-state-store.ts";

const newFolder = (): string => join(mkdtempSync(join(tmpdir(), "millrace-state-")), "state");

describeStateStoreContract("LMDB", () => openStateStore({ folder: newFolder() }));

describe("openStateStore", () => {
  it("begins empty, whatever lay there, and leaves nothing behind", () => {
    const folder = newFolder();
    const first = openStateStore({ folder });
    first.put(Uint8Array.of(1), Uint8Array.of(2));
    first.close();
    expect(existsSync(folder)).toBe(false);
    const second = openStateStore({ folder });
    expect(second.get(Uint8Array.of(1))).toBeUndefined();
    second.close();
  });
});
