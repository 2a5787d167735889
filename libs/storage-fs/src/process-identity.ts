import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { errnoOf } from "./errors.ts";

/** One life of one process. A process id alone is given again, in containers even the same one each time. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, as the system tells it; undefined where the system does not. */
  readonly started: string | undefined;
  readonly host: string;
}

export function identityOfThisProcess(): ProcessIdentity {
  return { pid: process.pid, started: startOf(process.pid), host: hostname() };
}

/** True if the process of the identity lives on. When that cannot be known it counts as alive, so that its files are left alone. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (!isRunning(identity.pid)) return false;
  const started = startOf(identity.pid);
  return started === undefined || identity.started === undefined || started === identity.started;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === "EPERM";
  }
}

/** Boot id and start time in ticks since then: field 22 of /proc/<pid>/stat, counted behind the name, which may hold anything. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    return ticks === undefined ? undefined : `${boot}/${ticks}`;
  } catch {
    return undefined; // no /proc: the process id alone has to do
  }
}
