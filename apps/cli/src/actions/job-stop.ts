import type { GlobalOptions } from "../options.ts";
import { jsonLine } from "../output/json.ts";
import type { CliWorld } from "../world.ts";
import { stateName } from "./job-status.ts";
import { withClient } from "./with-client.ts";

interface StopOptions extends GlobalOptions {
  readonly now?: boolean;
  readonly savepoint?: boolean;
}

/** `job stop`: on a batch boundary, unless `now`. */
export async function stopJob(name: string, options: StopOptions, world: CliWorld): Promise<void> {
  await withClient(options, world, async (client) => {
    const savepoint = options.savepoint ?? false;
    const { status, savepointId } = await client.admin().stopJob(name, { drain: options.now !== true, savepoint });
    const state = status === undefined ? "stopping" : stateName(status.state);
    if (options.json === true)
      await world.write(
        jsonLine({ job: status?.name ?? name, jobId: status?.jobId, state, lastBatchDone: status?.lastBatchDone, savepointId }),
      );
    else
      await world.write(`job ${status?.name ?? name} is ${state}${status === undefined ? "" : ` after batch ${status.lastBatchDone}`}\n`);
    if (savepoint && options.json !== true)
      world.note(`savepoint ${savepointId}: millrace job submit MODULE --savepoint ${savepointId} goes on from it`);
  });
}
