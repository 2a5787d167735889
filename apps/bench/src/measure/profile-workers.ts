// Loaded before all else by the processes of a cluster that is profiled. Workers of jobs end by SIGKILL, so that `--cpu-prof`, which writes at the end, says nothing of them: they write what
// they have every few seconds.
import { writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { join } from "node:path";
import { PROFILE_DIR_ENV } from "./profile-dir.ts";

/** Ending one and beginning another costs a second or so, which shows as `post`. */
const PIECE_MS = 10_000;
const INTERVAL_US = 1_000;

const folder = process.env[PROFILE_DIR_ENV];
// Only what was forked has a channel to its parent.
if (folder !== undefined && process.send !== undefined) {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: INTERVAL_US });
  await session.post("Profiler.start");
  let piece = 0;
  setInterval(() => {
    session
      .post("Profiler.stop")
      .then(({ profile }) => {
        piece++;
        writeFileSync(join(folder, `worker-${process.pid}-${String(piece).padStart(3, "0")}.cpuprofile`), JSON.stringify(profile));
        return session.post("Profiler.start");
      })
      .catch((error: unknown) => {
        process.stderr.write(`profile of a worker: ${String(error)}\n`);
      });
  }, PIECE_MS).unref();
}
