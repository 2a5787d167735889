import { spawn } from "node:child_process";
import { cleanEnvironment } from "./managed-process.ts";
import { nodeArgs } from "./sources.ts";

export interface ProgramResult {
  /** Exit code; a signal's name if one ended it. */
  readonly exit: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** A program that runs longer is killed; its exit is then SIGKILL. */
  readonly withinMs?: number;
}

const WITHIN_MS_DEFAULT = 60_000;
export const CLI = "apps/cli/src/main.ts";

/** Runs `millrace` with these arguments to its end. */
export function runCli(args: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  return runProgram(CLI, args, options);
}

/** Runs one of our programs to its end. */
export function runProgram(main: string, args: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  const child = spawn(process.execPath, nodeArgs(main, args), { stdio: "pipe", env: { ...cleanEnvironment(), ...options.env } });
  const timer = setTimeout(() => child.kill("SIGKILL"), options.withinMs ?? WITHIN_MS_DEFAULT);
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  child.stdin.on("error", () => undefined); // It may end without reading.
  child.stdin.end(options.input ?? "");
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ exit: code ?? signal ?? 0, ...output });
    });
  });
}
