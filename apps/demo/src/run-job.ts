import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Client } from "@millrace/client";
import { errorFromWire, JobState, type JobStatus } from "@millrace/contracts";
import { AppError } from "@millrace/model";
import type { Progress } from "./progress.ts";
import { count } from "./show.ts";

export interface JobResult {
  readonly seconds: number;
  readonly recordsIn: number;
  readonly recordsOut: number;
  readonly lateRecords: number;
  readonly restarts: number;
  readonly batchMs: readonly number[];
}

const CLI = fileURLToPath(new URL("../../cli/src/main.ts", import.meta.url));
const JOB = fileURLToPath(new URL("../../../examples/jobs/airport-delays.ts", import.meta.url));

/** Submits the example job as a user would, and waits until its bounded input is done. */
export async function runJob(client: Client, options: { brokerAddress: string; progress: Progress }): Promise<JobResult> {
  const startMs = performance.now();
  const args = [...process.execArgv, CLI, "job", "submit", JOB, "--no-check", "--json", "--address", options.brokerAddress];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { jobId } = JSON.parse(stdout) as { jobId: string };
  const batchMs: number[] = [];
  let lastBatch = 0n;
  for await (const status of client.admin().watchJob(jobId)) {
    const seconds = (performance.now() - startMs) / 1_000;
    const recordsIn = Number(status.recordsIn);
    if (status.lastBatchDone > lastBatch) batchMs.push(status.lastBatchMs);
    lastBatch = status.lastBatchDone;
    options.progress.update(
      `${count(recordsIn)} flights processed, ${count(recordsIn / seconds)}/s, batch ${status.lastBatchDone}, ${count(Number(status.recordsOut))} windows written`,
    );
    if (status.state === JobState.FAILED || status.state === JobState.STOPPED) throw jobFailed(status);
    if (status.state === JobState.FINISHED) {
      const { recordsOut, lateRecords, restarts } = status;
      return { seconds, recordsIn, recordsOut: Number(recordsOut), lateRecords: Number(lateRecords), restarts, batchMs };
    }
  }
  throw new AppError({
    kind: "unavailable",
    code: "job-lost",
    message: "the coordinator stopped telling about the job",
    context: { job: jobId },
  });
}

function jobFailed(status: JobStatus): AppError {
  const cause = status.error === undefined ? undefined : errorFromWire(status.error);
  const message = `the job did not finish: ${cause?.reason ?? "no reason given"}`;
  return new AppError({
    kind: cause?.kind ?? "internal",
    code: cause?.code ?? "job-failed",
    message,
    context: { job: status.jobId, ...cause?.context },
  });
}
