import { readFileSync } from "node:fs";

/** `USER_HZ`: what /proc counts CPU time in, on every Linux that Node runs on. */
export const TICKS_PER_SECOND = 100;

export interface TreeUsage {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

/**
 * CPU time (user and system) and resident memory of a process and everything it started. Time of children that have ended is in their parents'. Zero
 * where there is no /proc.
 */
export function treeUsage(pid: number): TreeUsage {
  try {
    const own = usageOf(readFileSync(`/proc/${pid}/stat`, "utf8"));
    const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return childrenOf(pid)
      .map(treeUsage)
      .reduce((sum, child) => ({ cpuSeconds: sum.cpuSeconds + child.cpuSeconds, residentBytes: sum.residentBytes + child.residentBytes }), {
        cpuSeconds: own,
        residentBytes: Number(resident ?? 0) * 1_024,
      });
  } catch {
    return { cpuSeconds: 0, residentBytes: 0 }; // It has just ended.
  }
}

/**
 * The same of what a process started, without itself: its children, and the time of those that have ended.
 */
export function childrenUsage(pid: number): TreeUsage {
  const all = treeUsage(pid);
  try {
    const [user = 0, system = 0] = cpuFieldsOf(readFileSync(`/proc/${pid}/stat`, "utf8"));
    const resident = Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1_024;
    return { cpuSeconds: all.cpuSeconds - (user + system) / TICKS_PER_SECOND, residentBytes: Math.max(0, all.residentBytes - resident) };
  } catch {
    return { cpuSeconds: 0, residentBytes: 0 }; // It has just ended.
  }
}

/** utime + stime + cutime + cstime: fields 14 to 17; the second field, the name in brackets, may hold anything. */
export function usageOf(stat: string): number {
  return cpuFieldsOf(stat).reduce((sum, ticks) => sum + ticks, 0) / TICKS_PER_SECOND;
}

function cpuFieldsOf(stat: string): number[] {
  return stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 15)
    .map(Number);
}

/** Children are listed by the thread that made them. */
export function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return text === "" ? [] : text.split(" ").map(Number);
}
