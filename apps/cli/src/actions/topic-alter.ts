import type { TopicAlterOptions } from "../commands/topic.ts";
import type { GlobalOptions } from "../options.ts";
import { jsonLine } from "../output/json.ts";
import type { CliWorld } from "../world.ts";
import { withClient } from "./with-client.ts";

/** `topic alter` */
export async function alterTopic(name: string, options: TopicAlterOptions & GlobalOptions, world: CliWorld): Promise<void> {
  const { partitions, dryRun = false } = options;
  await withClient(options, world, async (client) => {
    const topic = await client.admin().createPartitions(name, partitions, { validateOnly: dryRun });
    if (options.json === true) return world.write(jsonLine({ topic: name, partitions, changed: !dryRun }));
    if (dryRun) return world.note("nothing has changed: without --dry-run it would");
    await world.write(`topic ${name} has ${topic.partitions.length} partitions\n`);
  });
}
