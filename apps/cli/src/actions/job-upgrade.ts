import type { Client } from "@millrace/client";
import type { JobUpgradeOptions } from "../commands/job.ts";
import { type CompiledJob, compileJob } from "../jobs/compile-job.ts";
import type { GlobalOptions } from "../options.ts";
import type { CliWorld } from "../world.ts";
import { followJob } from "./job-status.ts";
import { assertNotDropped, assertNotRefused, submission, tellSubmitted } from "./job-submit.ts";
import { withClient } from "./with-client.ts";

/**
 * `job upgrade`: what a start from the running job's last checkpoint would say is asked first, so that a module whose state does not fit stops nothing. Then the job
 * ends on a savepoint, after which it has written nothing, and the module starts from there. If that fails, the savepoint is named: the old module starts from it as well.
 */
export async function upgradeJob(path: string, options: JobUpgradeOptions & GlobalOptions, world: CliWorld): Promise<void> {
  const job = await compileJob(path, options, world);
  await withClient(options, world, (client) => upgradeTo(job, { client, options, world }));
}

interface UpgradeContext {
  readonly client: Client;
  readonly options: Omit<JobUpgradeOptions, "check"> & GlobalOptions;
  readonly world: CliWorld;
}

/** The running job of this name makes way for this one, which goes on from its state. */
export async function upgradeTo(job: CompiledJob, { client, options, world }: UpgradeContext): Promise<void> {
  const { name } = job.graph;
  const allowDroppedState = options.allowDroppedState ?? false;
  const admin = client.admin();
  const trial = await admin.createSavepoint(name);
  const isOnlyTried = options.dryRun ?? false;
  try {
    const answer = await admin.submitJob({ ...submission(job), savepointId: trial.savepointId, dryRun: true });
    if (isOnlyTried) return await tellSubmitted({ job, answer, dryRun: true }, options, world);
    assertNotRefused(answer.state);
    if (!allowDroppedState) assertNotDropped(answer.state);
  } finally {
    await admin.deleteSavepoint(trial.savepointId);
  }
  const { savepointId } = await admin.stopJob(name, { savepoint: true });
  world.note(`job ${name} has ended on savepoint ${savepointId}`);
  const answer = await admin.submitJob({ ...submission(job), savepointId, allowDroppedState });
  await tellSubmitted({ job, answer, dryRun: false }, options, world);
  if (options.follow === true) await followJob(client, answer.jobId, { options, world });
}
