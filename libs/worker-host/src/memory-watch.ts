import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { WatchedMemory } from "@millrace/ports";
import { WATCH_INTERVAL_MS } from "./limits.ts";

const BYTES_FILE = "watched.bin";
const LEGEND_FILE = "watched.legend";

/** The thread's code, as text: it needs no module of ours, and so no file of its own wherever the worker was bundled to. A disk without room costs the words, not the worker. */
const WATCH = `
const { workerData: { memory, file, everyMs } } = require("node:worker_threads");
const { writeFileSync } = require("node:fs");
const live = new Uint8Array(memory);
let last;
setInterval(() => {
  const seen = Buffer.from(live);
  if (last !== undefined && last.equals(seen)) return;
  try { writeFileSync(file, seen); last = seen; } catch {}
}, everyMs);
`;

/**
 * Copies memory of this process to a file of its scratch folder from another thread, a few times a second: what it says when the process hangs or runs out of memory, its
 * supervisor can read after its end. A process without a scratch folder is not watched.
 */
export function watchMemory(memory: SharedArrayBuffer, of: { readonly legend: string; readonly folder: string | undefined }): void {
  if (of.folder === undefined) return;
  mkdirSync(of.folder, { recursive: true });
  writeFileSync(join(of.folder, LEGEND_FILE), of.legend);
  const thread = new Worker(WATCH, {
    eval: true,
    execArgv: [],
    workerData: { memory, file: join(of.folder, BYTES_FILE), everyMs: WATCH_INTERVAL_MS },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  });
  thread.on("error", () => undefined); // nobody watches any more: a worker that ends says less
  thread.unref();
}

/** What was last copied in a scratch folder; undefined: nothing. */
export function watchedIn(folder: string): WatchedMemory | undefined {
  try {
    return { legend: readFileSync(join(folder, LEGEND_FILE), "utf8"), bytes: readFileSync(join(folder, BYTES_FILE)) };
  } catch {
    return undefined;
  }
}
