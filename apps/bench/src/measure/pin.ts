import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { AppError } from "@millrace/model";

/** Cores, as `taskset` takes them. */
export interface Pinning {
  readonly server: string;
  readonly client: string;
}

let pinning: Pinning | undefined;

/** From now on servers run on the first half of the cores, and this process with the clients that it starts on the others. */
export function pinProcesses(): Pinning {
  const cores = allowedCores(readFileSync("/proc/self/status", "utf8"));
  if (cores.length < 2)
    throw new AppError({
      kind: "unavailable",
      code: "pin-impossible",
      message: `--pin needs two cores, and this process may use only these cores=${cores.join(",")}`,
    });
  const half = Math.floor(cores.length / 2);
  const wanted = { server: cores.slice(0, half).join(","), client: cores.slice(half).join(",") };
  pinThreads(process.pid, wanted.client);
  pinning = wanted;
  return wanted;
}

/** How to start a server: unchanged where nothing is pinned. `taskset` becomes the program, so that the process is the one that was started. */
export function onServerCores(program: string, args: readonly string[]): readonly [program: string, args: string[]] {
  return pinning === undefined ? [program, [...args]] : ["taskset", ["--cpu-list", pinning.server, program, ...args]];
}

/** All threads of a process, and those that they start. */
export function pinThreads(pid: number, cores: string): void {
  try {
    execFileSync("taskset", ["--all-tasks", "--cpu-list", "--pid", cores, String(pid)], { stdio: ["ignore", "ignore", "pipe"] });
  } catch (error) {
    const message = `processes cannot be pinned: that needs taskset (Debian: util-linux) and the right to use the cores cores=${cores}`;
    throw new AppError({ kind: "unavailable", code: "pin-impossible", message, cause: error });
  }
}

/** "0-2,5" is 0, 1, 2 and 5. */
export function allowedCores(status: string): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1];
  return (list?.split(",") ?? []).flatMap((range) => {
    const [first = NaN, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 || 0 }, (_, index) => first + index);
  });
}
