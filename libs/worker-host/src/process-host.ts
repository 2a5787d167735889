import { type ChildProcess, fork } from "node:child_process";
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Logger } from "@millrace/ports";
import type { WorkerExit, WorkerHost, WorkerInit, WorkerListener, WorkerProcess } from "@millrace/ports";
import { AliveWatch } from "./alive-watch.ts";
import { BUNDLES_MAX, SILENCE_MS_MAX_DEFAULT, UNSENT_MESSAGES_MAX } from "./limits.ts";
import { ALIVE, type ToWorker } from "./messages.ts";
import { watchedIn } from "./memory-watch.ts";
import { StderrTail } from "./stderr-tail.ts";

export interface ProcessHostSettings {
  /** The module that a worker process runs; it opens its end with `openWorkerChannel`. */
  readonly entry: string;
  /** Where bundles are stored. */
  readonly folder: string;
  /** Heap limit of one worker (--max-old-space-size); reaching it ends that worker only. */
  readonly heapMbMax: number;
  readonly logger: Logger;
  /** A worker that says nothing for this long is killed. Absent: one minute. */
  readonly silenceMsMax?: number;
  /** Further flags of Node beside those of this process. */
  readonly flags?: readonly string[];
  /** Further environment of workers, for example where to send traces. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Environment variable that names a folder of the worker's own; it is removed when the worker has ended, however that was. */
export const SCRATCH_FOLDER_ENV = "MILLRACE_SCRATCH_FOLDER";

/** Workers as child processes of Node with the flags of this one. */
export function createProcessHost(settings: ProcessHostSettings): WorkerHost {
  rmSync(join(settings.folder, "scratch"), { recursive: true, force: true }); // Of workers of a former process here.
  return {
    spawn: (init, listener) => spawnWorker(settings, init, listener),
    saveBundle: (digest, bundle) => Promise.resolve(saveBundle(settings.folder, digest, bundle)),
  };
}

function spawnWorker(settings: ProcessHostSettings, init: WorkerInit, listener: WorkerListener): WorkerProcess {
  const scratch = join(settings.folder, "scratch", `${init.jobId}.${init.jobEpoch}.${init.workerIndex}`);
  const child = fork(settings.entry, [], {
    execArgv: [...inheritedFlags(), ...(settings.flags ?? []), `--max-old-space-size=${settings.heapMbMax}`],
    serialization: "advanced",
    stdio: ["ignore", "inherit", "pipe", "ipc"],
    env: { ...process.env, ...settings.env, [SCRATCH_FOLDER_ENV]: scratch },
  });
  const stderr = new StderrTail();
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr.push(chunk.toString("utf8"));
    process.stderr.write(chunk);
  });
  let killed = false;
  let hangs = false;
  const silenceMsMax = settings.silenceMsMax ?? SILENCE_MS_MAX_DEFAULT;
  const watch = new AliveWatch(silenceMsMax, () => {
    hangs = true;
    kill(child);
  });
  let unsent = 0;
  let exited = false;
  const exit = (reason: WorkerExit["reason"], detail: string): void => {
    if (exited) return;
    exited = true;
    watch.stop();
    const watched = watchedIn(scratch);
    rmSync(scratch, { recursive: true, force: true });
    listener.onExit({ reason, detail, ...(watched === undefined ? {} : { watched }) });
  };
  const send = (message: ToWorker): boolean => {
    if (exited || !child.connected || unsent >= UNSENT_MESSAGES_MAX) return false;
    unsent += 1;
    child.send(message, () => (unsent -= 1));
    return true;
  };
  child.on("message", (message: Uint8Array | typeof ALIVE) => {
    watch.heard();
    if (!killed && message !== ALIVE) listener.onReport(message);
  });
  child.on("error", (error) => {
    if (child.pid === undefined) exit("not-started", error.message);
  });
  child.on("close", (code, signal) => {
    if (hangs && !killed) exit("unresponsive", `no sign of life for ${silenceMsMax} ms`);
    else
      exit(
        killed ? "stopped" : exitReason(stderr),
        `${signal ?? `exit code ${code ?? -1}`}${stderr.text === "" ? "" : `: ${stderr.text}`}`,
      );
  });
  send({ kind: "init", init });
  settings.logger.debug("worker started", { job: init.jobId, jobEpoch: init.jobEpoch, worker: init.workerIndex, pid: child.pid });
  return {
    send: (command) => send({ kind: "command", command }),
    kill: () => {
      killed = true;
      kill(child);
    },
  };
}

function kill(child: ChildProcess): void {
  if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
}

/** The export condition and loaders of this process, not its inspector, profiler or memory settings. */
function inheritedFlags(): string[] {
  return process.execArgv.filter(
    (flag) => !/^--(inspect|max-old-space-size|cpu-prof|heap-prof|eval|print)/.test(flag) && flag !== "-e" && flag !== "-p",
  );
}

function exitReason(stderr: StderrTail): WorkerExit["reason"] {
  return /heap out of memory|Array buffer allocation failed/i.test(stderr.text) ? "out-of-memory" : "crashed";
}

function saveBundle(folder: string, digest: string, bundle: Uint8Array): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${digest}.mjs`);
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, bundle);
  renameSync(temporary, path);
  removeOldBundles(folder);
  return pathToFileURL(path).href;
}

function removeOldBundles(folder: string): void {
  const bundles = readdirSync(folder).filter((name) => name.endsWith(".mjs"));
  if (bundles.length <= BUNDLES_MAX) return;
  const byAge = bundles.map((name) => ({ name, modified: statSync(join(folder, name)).mtimeMs })).sort((a, b) => b.modified - a.modified);
  for (const { name } of byAge.slice(BUNDLES_MAX)) rmSync(join(folder, name), { force: true });
}
