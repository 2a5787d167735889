import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { cleanEnvironment } from "../system/managed-process.ts";

export interface WorkerSpec {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  /** What it says on standard error goes there. */
  readonly logFile: string;
  readonly onLine: (line: string) => void;
}

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** A program with a foreign client: its standard output is lines for the scenario. Ends with this process. */
export class WorkerProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  /** Its exit code, or the signal that ended it. */
  readonly exited: Promise<number | string>;

  constructor({ name, program, args, folder, logFile, onLine }: WorkerSpec) {
    this.name = name;
    const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"], env: cleanEnvironment() });
    this.#child = child;
    running.add(child);
    createInterface({ input: child.stdout }).on("line", onLine);
    child.stderr.on("data", (chunk: Uint8Array) => {
      appendFileSync(logFile, chunk);
    });
    this.exited = new Promise((resolve) => {
      child.once("error", (error) => {
        running.delete(child);
        resolve(error.message);
      });
      child.once("close", (code, signal) => {
        running.delete(child);
        resolve(signal ?? code ?? 0);
      });
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Asks it to leave as a good client does. */
  async stop(withinMs: number): Promise<number | string> {
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), withinMs);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.exited;
  }
}
