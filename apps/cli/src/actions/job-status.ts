import type { Client } from "@millrace/client";
import { type JobStart, JobState, type JobStatus } from "@millrace/contracts";
import { cliError } from "../errors.ts";
import type { GlobalOptions } from "../options.ts";
import { formatAge, formatCount, formatTime } from "../output/format.ts";
import { jsonLine } from "../output/json.ts";
import { table } from "../output/table.ts";
import type { CliWorld } from "../world.ts";
import { withClient } from "./with-client.ts";

const ENDED: readonly JobState[] = [JobState.FINISHED, JobState.STOPPED, JobState.FAILED];

/** `job list` */
export async function listJobs(options: GlobalOptions, world: CliWorld): Promise<void> {
  await withClient(options, world, async (client) => {
    const jobs = await client.admin().listJobs();
    const rank = (job: JobStatus): number => Number(ENDED.includes(job.state));
    const sorted = jobs.toSorted((left, right) => rank(left) - rank(right) || Number(right.submittedAtMs - left.submittedAtMs));
    if (options.json === true) {
      for (const job of sorted) await world.write(jsonLine(jsonStatus(job)));
      return;
    }
    if (sorted.length === 0) return world.note("no jobs yet: millrace job submit MODULE starts one");
    const heading = ["job", "id", "state", "batch", "records in", "records out", "lag", "age"];
    const rows = sorted.map((job) => [
      job.name,
      job.jobId,
      stateName(job.state),
      String(job.lastBatchDone),
      formatCount(job.recordsIn),
      formatCount(job.recordsOut),
      formatCount(job.lagRecords),
      formatAge(world.wallMs() - Number(job.submittedAtMs)),
    ]);
    await world.write(table(heading, rows));
  });
}

/** `job status`, once or until the job has ended. */
export async function jobStatus(name: string, options: GlobalOptions & { readonly follow?: boolean }, world: CliWorld): Promise<void> {
  await withClient(options, world, async (client) => {
    if (options.follow === true) return followJob(client, name, { options, world });
    const { status } = await client.admin().getJob(name);
    if (status !== undefined) await show(status, { options, world });
  });
}

interface Showing {
  readonly options: GlobalOptions;
  readonly world: CliWorld;
}

/** Shows a job's progress until it has ended or the user has seen enough. A failed job is an error. */
export async function followJob(client: Client, name: string, { options, world }: Showing): Promise<void> {
  let last: JobStatus | undefined;
  try {
    for await (const status of client.admin().watchJob(name, { signal: world.interrupt })) {
      if (options.json === true) await world.write(jsonLine(jsonStatus(status)));
      else if (world.isTerminal) world.progress(progressLine(status));
      else if (last?.state !== status.state) world.note(progressLine(status));
      last = status;
    }
  } catch (error) {
    if (!world.interrupt.aborted) throw error;
  }
  world.progress("");
  if (world.interrupt.aborted) world.note("the job goes on; millrace job stop ends it");
  if (last === undefined) return;
  if (options.json !== true) await show(last, { options, world });
  if (last.state === JobState.FAILED) {
    throw cliError("job-failed", `the job failed: ${last.error?.message ?? "no reason was recorded"}`, {
      job: last.name,
      ...last.error?.context,
    });
  }
}

function progressLine(status: JobStatus): string {
  if (status.start !== undefined) return `${status.name} ${stateName(status.state)}: ${startText(status.start)}`;
  const rate = status.recordsPerSecond > 0 ? `, ${formatCount(Math.round(status.recordsPerSecond))}/s` : "";
  const lag = status.lagRecords > 0n ? `, ${formatCount(status.lagRecords)} to go` : "";
  return `${status.name} ${stateName(status.state)}: batch ${status.lastBatchDone}, ${formatCount(status.recordsIn)} in, ${formatCount(status.recordsOut)} out${rate}${lag}`;
}

async function show(status: JobStatus, { options, world }: Showing): Promise<void> {
  if (options.json === true) return world.write(jsonLine(jsonStatus(status)));
  const ended = status.endedAtMs > 0n ? Number(status.endedAtMs) : world.wallMs();
  const lines: (readonly [string, string])[] = [
    ["job", `${status.name}, id ${status.jobId}, incarnation ${status.incarnation}`],
    ["state", `${stateName(status.state)} after ${formatAge(ended - Number(status.submittedAtMs))}`],
    ["batches", `${status.lastBatchDone} done, ${status.lastBatchPlanned} planned, checkpoint at ${status.lastCheckpointBatch}`],
    ["records", `${formatCount(status.recordsIn)} in, ${formatCount(status.recordsOut)} out, ${formatCount(status.lateRecords)} late`],
    [
      "speed",
      `${formatCount(Math.round(status.recordsPerSecond))}/s, last batch ${status.lastBatchMs.toFixed(1)} ms, lag ${formatCount(status.lagRecords)} records`,
    ],
    ["workers", `${status.workers}${workersNote(status)}, job epoch ${status.jobEpoch}, ${status.restarts} restarts`],
    ...(status.start === undefined ? [] : [["start", startText(status.start)] as const]),
    ...Object.entries(status.watermarks).map(([operator, ms]) => ["watermark", `${formatTime(Number(ms))} at ${operator}`] as const),
  ];
  if (status.error !== undefined) {
    const where = Object.entries(status.error.context).map(([key, value]) => ` ${key}=${value}`);
    lines.push(["error", `${status.error.message}${where.join("")} [${status.error.code}]`]);
  }
  const width = Math.max(...lines.map(([name]) => name.length));
  await world.write(lines.map(([name, text]) => `${name.padEnd(width)}  ${text}\n`).join(""));
}

/** opening: 1 of 3 workers done, attempt 2, which has up to 240 s */
function startText({ phase, workersDone, workers, attempt, limitMs }: JobStart): string {
  return `${phase}: ${workersDone} of ${workers} workers done, attempt ${attempt}, which has up to ${(limitMs / 1_000).toFixed(0)} s`;
}

function workersNote({ workersAsked, rescaling, lastRescalePauseMs }: JobStatus): string {
  const asked = workersAsked > 0 ? ` of ${workersAsked} asked for` : "";
  const pause = lastRescalePauseMs > 0 ? `, last rescale paused for ${lastRescalePauseMs.toFixed(0)} ms` : "";
  return `${asked}${rescaling ? ", rescaling" : ""}${pause}`;
}

/** running, failed, …: the wire's name in lower case. */
export function stateName(state: JobState): string {
  return (Object.entries(JobState).find(([, value]) => value === state)?.[0] ?? "unspecified").toLowerCase();
}

function jsonStatus(status: JobStatus): object {
  return { ...status, state: stateName(status.state) };
}
