import type { JobService, ServiceHandlers } from "@millrace/contracts";
import { AppError } from "@millrace/model";
import { ENDED_STATES } from "@millrace/scheduling";
import type { JobRunner } from "./job-runner.ts";
import { statusOf } from "./job-status.ts";
import type { Jobs } from "./jobs-part.ts";

/** Another number of workers for a job that runs. */
export function rescaleHandler(jobs: Jobs): Pick<ServiceHandlers<typeof JobService>, "rescaleJob"> {
  return {
    async rescaleJob({ job, workers }) {
      const runner = jobs.find(job);
      assertRunning(runner, "there is nothing to rescale");
      assertWorkers(workers, runner);
      await runner.requestWorkers(workers === 0 ? undefined : workers);
      return { status: statusOf(runner) };
    },
  };
}

/** Refuses what makes no sense for a job that has ended: `consequence` says why. */
export function assertRunning(runner: JobRunner, consequence: string): void {
  const { state, jobId } = runner.machine.record;
  if (!ENDED_STATES.includes(state)) return;
  throw new AppError({ kind: "conflict", code: "job-ended", message: `job has ended: ${consequence}`, context: { job: jobId, state } });
}

/** More workers than tasks would have nothing to do. */
function assertWorkers(workers: number, { stored, machine }: JobRunner): void {
  const slots = stored.graph.settings.slotCount;
  const sourcePartitions = machine.record.sources?.length ?? 0;
  if (workers >= 0 && workers <= Math.max(slots, sourcePartitions)) return;
  const message = "a job runs on at most as many workers as it has slots or source partitions: ask for fewer, or submit it with more slots";
  throw new AppError({ kind: "invalid", code: "too-many-workers", message, context: { workers, slots, sourcePartitions } });
}
