import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { waitFor } from "./wait-for.ts";

export interface ProcessSpec {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Standard output and error, of all its lives one after the other. */
  readonly logFile: string;
  /** Beside this process' own, of which settings of ours are left out. */
  readonly env?: Readonly<Record<string, string>>;
  /** True when it serves. Asked again and again. */
  readonly isReady: () => Promise<boolean>;
}

const READY_MS_MAX = 120_000;
const STOP_MS_MAX = 20_000;
const LOG_TAIL_LINES = 8;

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** One process of the system under test: can be killed, paused, and started again as it was. */
export class ManagedProcess {
  readonly #spec: ProcessSpec;
  #child: ChildProcess | undefined;
  #exited: Promise<number | string> = Promise.resolve(0);

  constructor(spec: ProcessSpec) {
    this.#spec = spec;
  }

  get name(): string {
    return this.#spec.name;
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error(`${this.name} does not run`);
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** Starts it and waits until it serves; returns how long that took, in milliseconds. */
  async start(): Promise<number> {
    const startMs = performance.now();
    this.launch();
    await this.ready();
    return performance.now() - startMs;
  }

  /** Starts it, without waiting. */
  launch(): void {
    const log = openSync(this.#spec.logFile, "a");
    const child = spawn(this.#spec.program, this.#spec.args, {
      stdio: ["ignore", log, log],
      env: { ...cleanEnvironment(), ...this.#spec.env },
    });
    closeSync(log);
    running.add(child);
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      child.once("error", (error) => {
        resolve(error.message);
      });
      child.once("exit", (code, signal) => {
        running.delete(child);
        if (this.#child === child) this.#child = undefined;
        resolve(signal ?? code ?? 0);
      });
    });
  }

  async ready(): Promise<void> {
    const child = this.#child;
    await waitFor(`${this.name} ready`, READY_MS_MAX, async () => {
      if (this.#child !== child || child === undefined) return "ended";
      return (await this.#spec.isReady()) ? "ready" : undefined;
    }).catch((error: unknown) => {
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${this.logTail()}`);
    });
    if (this.#child !== child || child === undefined)
      throw new Error(`${this.name} ended before it was ready, exit=${await this.#exited}\n${this.logTail()}`);
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#exited;
  }

  pause(): void {
    process.kill(this.pid, "SIGSTOP");
  }

  resume(): void {
    process.kill(this.pid, "SIGCONT");
  }

  /** SIGTERM; returns its exit code or the signal that ended it. Too late is an error. */
  async stop(): Promise<number | string> {
    const child = this.#child;
    if (child === undefined) return this.#exited;
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
    const exit = await this.#exited;
    clearTimeout(timer);
    return exit;
  }

  log(): string {
    try {
      return readFileSync(this.#spec.logFile, "utf8");
    } catch {
      return "";
    }
  }

  logTail(): string {
    const lines = this.log().trimEnd().split("\n").slice(-LOG_TAIL_LINES);
    return lines.map((line) => `    ${this.name}: ${line}`).join("\n");
  }
}

/** The caller's environment without settings of Millrace: a run depends on nothing that is not in its arguments. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(MILLRACE|OTEL)_/.test(name)));
}

/** Ids of the processes that it has started. */
export function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
      .trim()
      .split(" ")
      .filter((id) => id !== "")
      .map(Number);
  } catch {
    return [];
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
