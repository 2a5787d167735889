import { execFileSync } from "node:child_process";
import { closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";
import type { Pinning } from "./pin.ts";
import { TICKS_PER_SECOND } from "./process-tree.ts";

/** Where figures come from; a figure without it cannot be compared. */
export interface HostFacts {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly node: string;
  readonly commit: string;
  /** Files differ from the commit. */
  readonly isDirty: boolean;
  /** Append of 4 KiB and fdatasync, in the folder that clusters use. */
  readonly diskSyncP50Ms: number;
  readonly diskSyncP99Ms: number;
  /** Load average over the last minute, before the first load: others' work makes figures worse. */
  readonly loadBefore: number;
  readonly startedAt: string;
  /** Cores of servers and of clients; absent: they share all. */
  readonly pinning?: Pinning;
}

const SYNC_ROUNDS = 200;

export function hostFacts(folder: string, pinning?: Pinning): HostFacts {
  const processors = cpus();
  const sync = syncLatency(folder);
  return {
    cpu: processors[0]?.model ?? "unknown",
    cores: processors.length,
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.version,
    commit: git(["rev-parse", "--short", "HEAD"]),
    isDirty: git(["status", "--porcelain", "--untracked-files=no"]) !== "",
    diskSyncP50Ms: sync[Math.floor(SYNC_ROUNDS * 0.5)] ?? 0,
    diskSyncP99Ms: sync[Math.floor(SYNC_ROUNDS * 0.99)] ?? 0,
    loadBefore: loadavg()[0] ?? 0,
    startedAt: new Date().toISOString(),
    ...(pinning === undefined ? {} : { pinning }),
  };
}

/** In words, for a page. */
export function coresOf({ cores, pinning }: HostFacts, sharing: string): string {
  return pinning === undefined
    ? `${cores} cores ${sharing}`
    : `${cores} cores, servers pinned to ${pinning.server} and clients to ${pinning.client}`;
}

/** CPU seconds that all processes and the kernel of the machine have used since it started, and the seconds all cores had. */
export function machineCpuSeconds(): { readonly busy: number; readonly total: number } {
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, softirq = 0, steal = 0] = readCpuTicks();
  const busy = user + nice + system + irq + softirq + steal;
  return { busy: busy / TICKS_PER_SECOND, total: (busy + idle + wait) / TICKS_PER_SECOND };
}

function readCpuTicks(): number[] {
  try {
    const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n");
    return line.split(/\s+/).slice(1).map(Number);
  } catch {
    return [];
  }
}

/** Whether this process (and what it starts) goes before all ordinary ones. */
export function isRealTime(): boolean {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[POLICY_FIELD]) > 0;
  } catch {
    return false;
  }
}

/** Field 41 of /proc/PID/stat; the first two stand before the split. */
const POLICY_FIELD = 38;

function git(args: readonly string[]): string {
  try {
    return execFileSync("git", [...args], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "";
  }
}

function syncLatency(folder: string): number[] {
  const temporary = mkdtempSync(join(folder, "sync-"));
  const file = openSync(join(temporary, "probe"), "w");
  const block = Buffer.alloc(4_096, 1);
  const times = Array.from({ length: SYNC_ROUNDS }, () => {
    const startMs = performance.now();
    writeSync(file, block);
    fdatasyncSync(file);
    return performance.now() - startMs;
  });
  closeSync(file);
  rmSync(temporary, { recursive: true });
  return times.sort((a, b) => a - b);
}
