import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describePausedHolder, SeededRandom } from "@millrace/testkit";
import type { CoordinationStore } from "@millrace/ports";
import { createLmdbStore } from "../src/index.ts";
import { spawnHolder } from "./spawn-holder.ts";

describePausedHolder("lmdb, two processes on one folder", () => {
  const folder = mkdtempSync(join(tmpdir(), "millrace-lmdb-"));
  const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now(), setTimer: () => ({ cancel: () => undefined }) };
  const stores: CoordinationStore[] = [];
  return Promise.resolve({
    async connect() {
      const store = await createLmdbStore({ folder, exclusive: false }, { clock, random: new SeededRandom(1) });
      stores.push(store);
      return store;
    },
    spawn: () => spawnHolder([folder]),
    async dispose() {
      for (const store of stores) await store.close();
      rmSync(folder, { recursive: true });
    },
  });
});
