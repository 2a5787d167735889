import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { AppError } from "@millrace/model";

/** A running `millrace dev`: broker, coordinator and executor in one process, workers beside it. */
export interface DevCluster {
  readonly brokerAddress: string;
  /** Most memory that this process, the cluster and its workers had together at a look, in bytes. */
  peakMemoryBytes(): number;
  stop(): Promise<void>;
}

interface ReadyLine {
  readonly broker: string;
}

const MEMORY_LOOK_MS = 250;
const CLI = fileURLToPath(new URL("../../cli/src/main.ts", import.meta.url));

/** Starts the cluster as a user would, on free ports. */
export async function startDevCluster(options: { dataDir: string }): Promise<DevCluster> {
  const args = [
    "dev",
    "--json",
    "--data-dir",
    options.dataDir,
    "--broker-port",
    "0",
    "--coordinator-port",
    "0",
    "--admin-port",
    "0",
    "--log-level",
    "warn",
  ];
  const child = spawn(process.execPath, [...process.execArgv, CLI, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const ready = await firstLine(child);
  let peak = 0;
  const timer = setInterval(() => (peak = Math.max(peak, treeMemoryBytes(process.pid))), MEMORY_LOOK_MS);
  return {
    brokerAddress: ready.broker,
    peakMemoryBytes: () => Math.max(peak, treeMemoryBytes(process.pid)),
    stop: async () => {
      clearInterval(timer);
      if (child.exitCode !== null) return;
      const exited = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await exited;
    },
  };
}

async function firstLine(child: ChildProcess): Promise<ReadyLine> {
  const lines = createInterface({ input: child.stdout ?? process.stdin });
  for await (const line of lines) {
    if (!line.startsWith("{")) continue;
    child.stdout?.resume(); // Whatever it prints later must not fill the pipe.
    return JSON.parse(line) as ReadyLine;
  }
  throw new AppError({
    kind: "unavailable",
    code: "cluster-not-started",
    message: "millrace dev ended before it was ready: see its message above",
  });
}

/** Resident memory of a process and all it started, from /proc; 0 where there is none. */
function treeMemoryBytes(pid: number): number {
  try {
    const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    const below = children === "" ? [] : children.split(" ").map(Number);
    return Number(resident ?? 0) * 1024 + below.reduce((sum, child) => sum + treeMemoryBytes(child), 0);
  } catch {
    return 0; // It has just ended.
  }
}
