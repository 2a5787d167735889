import type { Client } from "@millrace/client";
import type { JobStatus } from "@millrace/contracts";
import type { JobRescaleOptions } from "../commands/job.ts";
import { cliError } from "../errors.ts";
import { RESCALE_WAIT_MS_MAX } from "../limits.ts";
import type { GlobalOptions } from "../options.ts";
import { jsonLine } from "../output/json.ts";
import type { CliWorld } from "../world.ts";
import { stateName } from "./job-status.ts";
import { withClient } from "./with-client.ts";

/** `job rescale`: asks for it, and waits until it is done. */
export async function rescaleJob(name: string, options: JobRescaleOptions & GlobalOptions, world: CliWorld): Promise<void> {
  const { workers, wait } = options;
  await withClient(options, world, async (client) => {
    const asked = await client.admin().rescaleJob(name, workers);
    const status = wait && asked.rescaling ? await untilRescaled(client, asked.jobId, world) : asked;
    if (options.json === true) {
      const { jobId, workersAsked, rescaling, lastRescalePauseMs } = status;
      await world.write(jsonLine({ job: status.name, jobId, workers: status.workers, workersAsked, rescaling, lastRescalePauseMs }));
      return;
    }
    await world.write(`${sentence(status)}\n`);
    if (status.workersAsked > status.workers && !status.rescaling)
      world.note(`the executors offer ${status.workers} workers now: the job takes more when they come`);
  });
}

function sentence(status: JobStatus): string {
  const { name, state, workers, rescaling, lastRescalePauseMs } = status;
  if (rescaling) return `job ${name} is being rescaled, on ${workers} workers so far`;
  const pause = lastRescalePauseMs > 0 ? `, the last change paused it for ${lastRescalePauseMs.toFixed(0)} ms` : "";
  return `job ${name} is ${stateName(state)} on ${workers} workers${pause}`;
}

/** Fails when the job ends before, or when it takes so long that somebody has to look. */
async function untilRescaled(client: Client, jobId: string, world: CliWorld): Promise<JobStatus> {
  const signal = AbortSignal.any([world.interrupt, AbortSignal.timeout(RESCALE_WAIT_MS_MAX)]);
  let last: JobStatus | undefined;
  try {
    for await (const status of client.admin().watchJob(jobId, { signal })) {
      last = status;
      if (!status.rescaling) return status;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  throw cliError("rescale-not-seen", "the job was not rescaled while this command waited: look at `millrace job status`", {
    job: jobId,
    state: last === undefined ? "unknown" : stateName(last.state),
    reason: last?.error?.message ?? "none",
  });
}
