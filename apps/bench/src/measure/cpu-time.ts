import { readdirSync, readFileSync } from "node:fs";
import { childrenOf } from "./process-tree.ts";

/**
 * Nanoseconds of CPU time of every thread of a process and of those it started, as the scheduler counts them: a slice of half a second is too short for the ticks of
 * `/proc/PID/stat` (10 ms). Threads and processes that have ended are not in it, so it goes for spans in which none ends.
 */
export function treeCpuNs(pid: number): number {
  const own = readdirSync(`/proc/${pid}/task`)
    .map((task) => taskCpuNs(`/proc/${pid}/task/${task}/schedstat`))
    .reduce((sum, ns) => sum + ns, 0);
  return childrenOf(pid).reduce((sum, child) => sum + treeCpuNs(child), own);
}

function taskCpuNs(path: string): number {
  try {
    return Number(readFileSync(path, "utf8").split(" ")[0]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" || (error as NodeJS.ErrnoException).code === "ESRCH") return 0; // the thread has just ended
    throw error;
  }
}
