import type { AppError } from "@millrace/model";
import type { DeleteOffsetsOptions } from "../commands/group.ts";
import type { GlobalOptions } from "../options.ts";
import { jsonLine } from "../output/json.ts";
import type { CliWorld } from "../world.ts";
import { partitionsOf } from "./group-reset-offsets.ts";
import { withClient } from "./with-client.ts";

/** `group delete`: all that can be deleted are, then the first refusal is the error. */
export async function deleteGroups(names: readonly string[], options: GlobalOptions, world: CliWorld): Promise<void> {
  await withClient(options, world, async (client) => {
    const results = await client.admin().deleteGroups(names);
    for (const { groupId, error } of results) {
      if (error === undefined) await world.write(options.json === true ? jsonLine({ deleted: groupId }) : `group ${groupId} is deleted\n`);
    }
    throwFirst(results);
  });
}

/** `group delete-offsets` */
export async function deleteOffsets(name: string, options: DeleteOffsetsOptions & GlobalOptions, world: CliWorld): Promise<void> {
  await withClient(options, world, async (client) => {
    const partitions = await partitionsOf(client, options.topic ?? []);
    const results = await client.admin().deleteGroupOffsets(name, partitions);
    for (const { topic, partition, error } of results) {
      if (error !== undefined) continue;
      await world.write(
        options.json === true ? jsonLine({ topic, partition, deleted: true }) : `offset of ${topic}-${partition} is deleted\n`,
      );
    }
    throwFirst(results);
  });
}

function throwFirst(results: readonly { readonly error: AppError | undefined }[]): void {
  const error = results.find((result) => result.error !== undefined)?.error;
  if (error !== undefined) throw error;
}
