import type { GlobalOptions } from "../options.ts";
import { formatBytes, formatCount, formatTime } from "../output/format.ts";
import { jsonLine } from "../output/json.ts";
import { table } from "../output/table.ts";
import type { CliWorld } from "../world.ts";
import { withClient } from "./with-client.ts";

/** `job savepoint` */
export async function createSavepoint(name: string, options: GlobalOptions, world: CliWorld): Promise<void> {
  await withClient(options, world, async (client) => {
    const { savepointId, batch } = await client.admin().createSavepoint(name);
    if (options.json === true) return world.write(jsonLine({ savepointId, batch }));
    await world.write(`${savepointId}\n`);
    world.note(`savepoint of ${name} at batch ${batch}; millrace job submit MODULE --savepoint ${savepointId} starts from it`);
  });
}

/** `job savepoints`: lists them, or deletes one. */
export async function savepoints(
  name: string | undefined,
  options: GlobalOptions & { readonly delete?: string },
  world: CliWorld,
): Promise<void> {
  await withClient(options, world, async (client) => {
    if (options.delete !== undefined) {
      await client.admin().deleteSavepoint(options.delete);
      world.note(`savepoint ${options.delete} is deleted`);
      return;
    }
    const found = await client.admin().listSavepoints(name);
    if (options.json === true) {
      for (const { savepointId, jobId, batch, timeMs, keyCount, byteCount } of found)
        await world.write(jsonLine({ savepointId, jobId, batch, timeMs, keyCount, byteCount }));
      return;
    }
    if (found.length === 0) return world.note("no savepoints: millrace job savepoint JOB makes one");
    const rows = found.map((one) => [
      one.savepointId,
      String(one.batch),
      formatTime(Number(one.timeMs)),
      formatCount(one.keyCount),
      formatBytes(Number(one.byteCount)),
    ]);
    await world.write(table(["savepoint", "batch", "batch time", "keys", "size"], rows));
  });
}
