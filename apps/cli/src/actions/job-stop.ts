import type { GlobalOptions } from "../options.ts";
import { jsonLine } from "../output/json.ts";
import type { CliWorld } from "../world.ts";
import { stateName } from "./job-status.ts";
import { withClient } from "./with-client.ts";

/** `job stop`: on a batch boundary, unless `now`. */
export async function stopJob(name: string, options: GlobalOptions & { readonly now?: boolean }, world: CliWorld): Promise<void> {
  await withClient(options, world, async (client) => {
    const { status } = await client.admin().stopJob(name, { drain: options.now !== true });
    const state = status === undefined ? "stopping" : stateName(status.state);
    if (options.json === true)
      await world.write(jsonLine({ job: status?.name ?? name, jobId: status?.jobId, state, lastBatchDone: status?.lastBatchDone }));
    else
      await world.write(`job ${status?.name ?? name} is ${state}${status === undefined ? "" : ` after batch ${status.lastBatchDone}`}\n`);
  });
}

/** `job savepoint` */
export async function createSavepoint(name: string, options: GlobalOptions, world: CliWorld): Promise<void> {
  await withClient(options, world, async (client) => {
    const { savepointId, batch } = await client.admin().createSavepoint(name);
    if (options.json === true) return world.write(jsonLine({ savepointId, batch }));
    await world.write(`${savepointId}\n`);
    world.note(`savepoint of ${name} at batch ${batch}; millrace job submit MODULE --savepoint ${savepointId} starts from it`);
  });
}
