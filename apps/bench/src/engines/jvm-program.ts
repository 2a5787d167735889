import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { AppError } from "@millrace/model";
import { treeUsage } from "../measure/process-tree.ts";
import { type Usage, UsageMeter } from "./usage-meter.ts";

/** What Flink and Spark ask of a Java of version 17 that runs them without their start scripts. */
const OPENED = [
  ...["java.lang", "java.lang.invoke", "java.lang.reflect", "java.io", "java.net", "java.nio", "java.text", "java.time", "java.util"],
  ...[
    "java.util.concurrent",
    "java.util.concurrent.atomic",
    "sun.nio.ch",
    "sun.nio.cs",
    "sun.security.action",
    "sun.util.calendar",
    "sun.net.util",
  ],
].flatMap((name) => ["--add-opens", `java.base/${name}=ALL-UNNAMED`]);
const HEAP = "-Xmx2g";
/** A piece of work takes seconds; a program that hangs must not hold up the others for ever. */
const RUN_MS_MAX = 600_000;
const LINES_KEPT = 20;

export interface JvmRun {
  /** From the line that says that the work begins to the one that says that it has ended. */
  readonly seconds: number;
  readonly wholeSeconds: number;
  readonly usage: Usage;
}

/** Runs one of our programs in `engines/` until it says that its work has ended. */
export async function runJvm(
  main: string,
  { classPath, settings }: { classPath: string; settings: Readonly<Record<string, string | number>> },
): Promise<JvmRun> {
  const args = [HEAP, "-XX:+UseG1GC", ...OPENED, "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", classPath, main];
  const startedMs = performance.now();
  const child = spawn("java", [...args, ...Object.entries(settings).map(([name, value]) => `${name}=${value}`)], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const endsWithUs = (): void => void child.kill("SIGKILL");
  process.once("exit", endsWithUs);
  const pid = child.pid ?? 0;
  const meter = new UsageMeter(() => treeUsage(pid), 0);
  const timer = setTimeout(() => child.kill("SIGKILL"), RUN_MS_MAX);
  try {
    const { begunMs, endedMs } = await marks(child, main);
    const usage = meter.stop(); // it waits for the end of its input
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.stdin.end();
    await exited;
    return { seconds: (endedMs - begunMs) / 1_000, wholeSeconds: (endedMs - startedMs) / 1_000, usage };
  } finally {
    clearTimeout(timer);
    meter.stop();
    child.kill("SIGKILL");
    process.off("exit", endsWithUs);
  }
}

async function marks({ stdout, stderr }: ChildProcess, main: string): Promise<{ begunMs: number; endedMs: number }> {
  const last: string[] = [];
  const keep = (line: string): void => {
    last.push(line);
    if (last.length > LINES_KEPT) last.shift();
  };
  let begunMs: number | undefined;
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  if (stdout !== null) {
    createInterface({ input: stdout })
      .on("line", (line) => {
        if (line === "BEGINS") begunMs = performance.now();
        else if (line === "ENDED") resolve(performance.now());
        else keep(line);
      })
      .once("close", () => resolve(undefined));
  }
  if (stderr !== null) createInterface({ input: stderr }).on("line", keep);
  const endedMs = await promise;
  if (begunMs !== undefined && endedMs !== undefined) return { begunMs, endedMs };
  throw new AppError({ kind: "unavailable", code: "engine-failed", message: `${main} ended before its work did: ${last.join("; ")}` });
}
