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

/** One of our programs in `engines/`, running. */
export interface JvmProgram {
  readonly pid: number;
  readonly startedMs: number;
  /** When it said that its work begins. */
  readonly begunMs: number;
  /** Since its start. */
  readonly meter: UsageMeter;
  /** When it says that its work has ended; it stays until it is closed. */
  readonly ended: () => Promise<number>;
  /** Closes its input, upon which it ends, and waits. */
  readonly close: () => Promise<void>;
}

export interface JvmCall {
  readonly classPath: string;
  readonly settings: Readonly<Record<string, string | number>>;
}

/** Starts a program and waits until it says that its work begins. */
export async function startJvm(main: string, { classPath, settings }: JvmCall): Promise<JvmProgram> {
  const args = [HEAP, "-XX:+UseG1GC", ...OPENED, "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", classPath, main];
  const startedMs = performance.now();
  const child = spawn("java", [...args, ...Object.entries(settings).map(([name, value]) => `${name}=${value}`)], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const exited = new Promise((resolve) => child.once("close", resolve));
  const endsWithUs = (): void => void child.kill("SIGKILL");
  process.once("exit", endsWithUs);
  const pid = child.pid ?? 0;
  const meter = new UsageMeter(() => treeUsage(pid), 0);
  const timer = setTimeout(endsWithUs, RUN_MS_MAX);
  const marks = marksOf(child, main);
  const close = async (): Promise<void> => {
    child.stdin.end();
    await exited;
    clearTimeout(timer);
    meter.stop();
    process.off("exit", endsWithUs);
  };
  try {
    return { pid, startedMs, begunMs: await marks.begun, meter, ended: () => marks.ended, close };
  } catch (error) {
    child.kill("SIGKILL");
    await close();
    throw error;
  }
}

export interface JvmRun {
  /** From the line that says that the work begins to the one that says that it has ended. */
  readonly seconds: number;
  readonly wholeSeconds: number;
  readonly usage: Usage;
}

/** Runs a program until it says that its work has ended. */
export async function runJvm(main: string, call: JvmCall): Promise<JvmRun> {
  const { startedMs, begunMs, meter, ended, close } = await startJvm(main, call);
  try {
    const endedMs = await ended();
    return { seconds: (endedMs - begunMs) / 1_000, wholeSeconds: (endedMs - startedMs) / 1_000, usage: meter.stop() };
  } finally {
    await close();
  }
}

function marksOf({ stdout, stderr }: ChildProcess, main: string): { readonly begun: Promise<number>; readonly ended: Promise<number> } {
  const last: string[] = [];
  const keep = (line: string): void => {
    last.push(line);
    if (last.length > LINES_KEPT) last.splice(LINES_KEPT / 2, 1); // the first say what happened, the last what of it
  };
  const [begun, ended] = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
  ended.promise.catch(() => undefined); // of a program that nobody waits for
  const failed = (): void => {
    const error = new AppError({
      kind: "unavailable",
      code: "engine-failed",
      message: `${main} ended before its work did: ${last.join("; ")}`,
    });
    begun.reject(error);
    ended.reject(error);
  };
  if (stderr !== null) createInterface({ input: stderr }).on("line", keep);
  if (stdout !== null) {
    createInterface({ input: stdout })
      .on("line", (line) => {
        if (line === "BEGINS") begun.resolve(performance.now());
        else if (line === "ENDED") ended.resolve(performance.now());
        else keep(line);
      })
      .once("close", failed);
  }
  return { begun: begun.promise, ended: ended.promise };
}
