import { spawn } from "node:child_process";

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly withinMs: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Ends it well as soon as this many lines came: for programs that go on for ever. */
  readonly linesWanted?: number;
}

/** What became of a foreign program. */
export interface Ran {
  readonly ok: boolean;
  readonly stdout: string;
  /** For people: how it ended, and the end of what it said. */
  readonly what: string;
}

/** Runs a foreign program to its end, or for as long as it may take. */
export function tryCommand({ program, args, folder, withinMs, env, linesWanted }: Command): Promise<Ran> {
  // A process group of its own: suites start processes, and a timeout must end those, too.
  const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env }, detached: true });
  let stdout = "";
  let stderr = "";
  const hasEnough = (): boolean => linesWanted !== undefined && stdout.split("\n").length > linesWanted;
  const kill = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // It has ended in between.
    }
  };
  const killAtExit = (): void => {
    kill("SIGKILL");
  };
  process.once("exit", killAtExit);
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    if (hasEnough()) kill("SIGTERM");
  });
  const timer = setTimeout(() => {
    kill("SIGKILL");
  }, withinMs);
  return new Promise((resolve) => {
    const end = (ok: boolean, how: string): void => {
      clearTimeout(timer);
      process.off("exit", killAtExit);
      const tail = ok ? "" : `\n${stdout.slice(-1_000)}${stderr.slice(-2_000)}`;
      resolve({ ok, stdout, what: `${program} ${args.join(" ")} ended with ${how}${tail}` });
    };
    child.once("error", (error) => {
      end(false, error.message);
    });
    child.once("close", (code, signal) => {
      end(code === 0 || hasEnough(), signal ?? `exit ${String(code)}`);
    });
  });
}

/** The same for steps that must work: throws with the end of its output. */
export async function runCommand(command: Command): Promise<string> {
  const { ok, stdout, what } = await tryCommand(command);
  if (!ok) throw new Error(what);
  return stdout;
}
