import { spawn } from "node:child_process";

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly withinMs: number;
  /** Ends it well as soon as this many lines came: for programs that go on for ever. */
  readonly linesWanted?: number;
}

/** Runs a foreign program to its end and gives what it printed; throws with the end of its output if it fails. */
export function runCommand({ program, args, folder, withinMs, linesWanted }: Command): Promise<string> {
  const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  const hasEnough = (): boolean => linesWanted !== undefined && stdout.split("\n").length > linesWanted;
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    if (hasEnough()) child.kill("SIGTERM");
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), withinMs);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0 || hasEnough()) resolve(stdout);
      else
        reject(
          new Error(`${program} ${args.join(" ")} ended with ${String(signal ?? code)}\n${stdout.slice(-1_000)}${stderr.slice(-2_000)}`),
        );
    });
  });
}
