import { describe, expect, it } from "@jest/globals";
import { tmpdir } from "node:os";
import { FolderSyncs } from "./folder-syncs.ts";

describe("FolderSyncs", () => {
  it("shares one sync among all that came while another ran, and begins anew afterwards", async () => {
    const syncs = new FolderSyncs();
    const first = syncs.sync(tmpdir());
    const [second, third] = [syncs.sync(tmpdir()), syncs.sync(tmpdir())];
    expect(second).toBe(third);
    expect(second).not.toBe(first);
    await Promise.all([first, second]);
    expect(syncs.sync(tmpdir())).not.toBe(second);
  });

  it("fails those who waited for it, and no one else", async () => {
    const syncs = new FolderSyncs();
    const missing = `${tmpdir()}/millrace-no-such-folder`;
    const outcomes = await Promise.allSettled([syncs.sync(missing), syncs.sync(missing), syncs.sync(tmpdir())]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
  });
});
