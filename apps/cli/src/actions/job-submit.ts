import type { JobSubmitOptions } from "../commands/job.ts";
import { compileJob } from "../jobs/compile-job.ts";
import type { GlobalOptions } from "../options.ts";
import { formatBytes } from "../output/format.ts";
import { jsonLine } from "../output/json.ts";
import type { CliWorld } from "../world.ts";
import { followJob } from "./job-status.ts";
import { withClient } from "./with-client.ts";

/** `job submit`: compiled and planned here, so that what is wrong with a job is said before the cluster hears of it. */
export async function submitJob(path: string, options: JobSubmitOptions & GlobalOptions, world: CliWorld): Promise<void> {
  const job = await compileJob(path, options, world);
  await withClient(options, world, async (client) => {
    const { jobId, warnings } = await client.admin().submitJob({
      name: job.graph.name,
      graphJson: job.graphJson,
      bundle: job.bundle,
      digest: job.digest,
      ...(options.savepoint === undefined ? {} : { savepointId: options.savepoint }),
      failIfExists: options.new ?? false,
    });
    for (const warning of new Set([...job.plan.warnings, ...warnings])) world.note(`warning: ${warning}`);
    if (options.json === true) {
      await world.write(jsonLine({ jobId, name: job.graph.name, digest: job.digest, bundleBytes: job.bundle.byteLength, warnings }));
    } else {
      const { stages, edges } = job.plan;
      await world.write(`job ${job.graph.name} is submitted, id ${jobId}\n`);
      world.note(
        `${stages.length} stages, ${edges.length} shuffles, bundle ${formatBytes(job.bundle.byteLength)}; millrace job status ${job.graph.name} shows how it does`,
      );
    }
    if (options.follow === true) await followJob(client, jobId, { options, world });
  });
}
