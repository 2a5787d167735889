import { readdirSync, readFileSync } from "node:fs";

/** What the system says of a process. */
export interface ProcessUsage {
  readonly rssMb: number;
  readonly rssPeakMb: number;
  readonly descriptors: number;
}

/** Linux only. */
export function usageOf(pid: number): ProcessUsage {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const megabytes = (name: string): number => Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1] ?? 0) / 1_024);
  return { rssMb: megabytes("VmRSS"), rssPeakMb: megabytes("VmHWM"), descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

/** CPU seconds, user and system, of a process since it started. */
export function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
