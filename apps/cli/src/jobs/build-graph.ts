import { fork } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { AppError, type JobGraph } from "@millrace/model";
import { parseJobGraph } from "@millrace/planner";
import { cliError } from "../errors.ts";
import { JOB_BUILD_MS_MAX } from "../limits.ts";
import type { CliWorld } from "../world.ts";
import type { BuildFailure, BuildReport } from "./build-child.ts";

/** The graph of a bundled job, built in a child process with a time limit. What the module prints goes to standard error. */
export async function buildGraph(bundle: Uint8Array, place: { readonly modulePath: string; readonly world: CliWorld }): Promise<JobGraph> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-job-"));
  try {
    const bundlePath = join(folder, "job.mjs");
    await writeFile(bundlePath, bundle);
    const report = await runChild(bundlePath, place.world);
    if ("graphJson" in report) return parseJobGraph(report.graphJson);
    throw buildError(report.error, { modulePath: place.modulePath, folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runChild(bundlePath: string, world: CliWorld): Promise<BuildReport> {
  const script = fileURLToPath(new URL(`./build-child${extname(fileURLToPath(import.meta.url))}`, import.meta.url));
  const child = fork(script, [bundlePath], {
    execArgv: ["--enable-source-maps", "--disable-warning=ExperimentalWarning"],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const { promise, resolve, reject } = Promise.withResolvers<BuildReport>();
  const timer = setTimeout(() => {
    const message = `the job module did not finish building within ${JOB_BUILD_MS_MAX} ms: connect sources to outputs only, and wait for nothing`;
    reject(cliError("job-build-timeout", message));
  }, JOB_BUILD_MS_MAX);
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", (text: string) => output.push(text));
  child.once("message", (report) => {
    resolve(report as BuildReport);
  });
  child.once("error", reject);
  child.once("exit", (code, signal) => {
    reject(
      cliError("job-build-failed", "the job module ended its process while it was built: remove process.exit or what else ends it", {
        code: code ?? undefined,
        signal: signal ?? undefined,
      }),
    );
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
    const printed = output.join("").trimEnd();
    if (printed !== "") world.note(printed);
  }
}

/** The module's error with the author's file and line in front. */
function buildError(failure: BuildFailure, place: { readonly modulePath: string; readonly folder: string }): AppError {
  const at = positionOf(failure.stack, place);
  const context: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(failure.context ?? {})) {
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") context[name] = value;
  }
  const code = failure.code !== undefined && /^[a-z][a-z-]+$/.test(failure.code) ? failure.code : "job-build-failed";
  const what = code === "job-build-failed" ? `the job module threw while it was built: ${failure.message}` : failure.message;
  return new AppError({ kind: "invalid", code, message: `${at}: ${what}`, context });
}

/** First frame that is neither Node's nor ours, nor of an installed package; the module itself when none is known. */
function positionOf(stack: string, place: { readonly modulePath: string; readonly folder: string }): string {
  for (const [, file = "", line = "", column = ""] of stack.matchAll(/\(?((?:file:\/\/)?\/[^\s()]+?):(\d+):(\d+)\)?$/gm)) {
    const path = file.startsWith("file:") ? fileURLToPath(file) : file;
    if (path.includes("/node_modules/") || /build-child\.[jt]s$/.test(path) || !path.startsWith(place.folder)) continue;
    const source = join(dirname(place.modulePath), relative(place.folder, path));
    if (/\/libs\/(streams|model|stdx)\//.test(source) || source.endsWith("/job.mjs")) continue;
    return `${relative(process.cwd(), source)}:${line}:${column}`;
  }
  return relative(process.cwd(), place.modulePath);
}
