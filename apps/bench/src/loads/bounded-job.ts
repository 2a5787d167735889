import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Client } from "@millrace/client";
import { JobState } from "@millrace/contracts";
import { AppError } from "@millrace/model";

/** How a bounded job went. */
export interface JobRun {
  /** From the submission's answer to the end: starting workers, all batches, the last commit. */
  readonly totalSeconds: number;
  /** From the moment the job was seen running, its workers ready, to its end. */
  readonly processingSeconds: number;
  readonly recordsIn: number;
  readonly recordsOut: number;
  readonly lateRecords: number;
  readonly restarts: number;
  readonly batchCount: number;
}

const CLI = fileURLToPath(new URL("../../../cli/src/main.ts", import.meta.url));
const JOBS = new URL("../../jobs/", import.meta.url);

/** Submits a job of `jobs/` as a user would and waits for its end. `onRunning` is called once, when its workers are ready. */
export async function runBoundedJob(client: Client, options: Submission & { readonly onRunning: () => void }): Promise<JobRun> {
  const { jobId, answeredMs: startMs } = await submit(options);
  let runningMs: number | undefined;
  for await (const status of client.admin().watchJob(jobId)) {
    if (runningMs === undefined && (status.state === JobState.RUNNING || status.lastBatchPlanned > 0n)) {
      runningMs = performance.now();
      options.onRunning();
    }
    if (status.state === JobState.FAILED || status.state === JobState.STOPPED) {
      throw new AppError({
        kind: "internal",
        code: "job-failed",
        message: `the job did not finish: ${status.error?.message ?? "no reason given"}`,
      });
    }
    if (status.state === JobState.FINISHED) {
      const endMs = performance.now();
      return {
        totalSeconds: (endMs - startMs) / 1_000,
        processingSeconds: (endMs - (runningMs ?? startMs)) / 1_000,
        recordsIn: Number(status.recordsIn),
        recordsOut: Number(status.recordsOut),
        lateRecords: Number(status.lateRecords),
        restarts: status.restarts,
        batchCount: Number(status.lastBatchDone),
      };
    }
  }
  throw new AppError({ kind: "unavailable", code: "job-lost", message: "the coordinator stopped telling about the job" });
}

export interface Submission {
  readonly address: string;
  /** Below `jobs/`. */
  readonly module: string;
  /** Main file of the `millrace` command; absent: its source. */
  readonly cli?: string;
}

/** Submits a job of `jobs/` as a user would; its id. */
export async function submitJob(submission: Submission): Promise<string> {
  return (await submit(submission)).jobId;
}

/** The answer comes before the command's end: the job begins meanwhile, and its time counts from there. */
async function submit({ address, module, cli = CLI }: Submission): Promise<{ readonly jobId: string; readonly answeredMs: number }> {
  const path = fileURLToPath(new URL(module, JOBS));
  const args = [...process.execArgv, cli, "job", "submit", path, "--no-check", "--json", "--address", address];
  const running = promisify(execFile)(process.execPath, args);
  const answered = new Promise<number>((resolve) => running.child.stdout?.once("data", () => resolve(performance.now())));
  const { stdout } = await running;
  return { jobId: (JSON.parse(stdout) as { jobId: string }).jobId, answeredMs: await answered };
}

/** What is wrong with how it ran, in words. */
export function problemsOfRun(run: JobRun, records: number): string[] {
  return [
    ...(run.recordsIn === records ? [] : [`${records} records were there, the job read ${run.recordsIn}`]),
    ...(run.lateRecords === 0 ? [] : [`${run.lateRecords} records were late`]),
    ...(run.restarts === 0 ? [] : [`the job was restarted ${run.restarts} times`]),
  ];
}
