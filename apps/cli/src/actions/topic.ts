import type { Topic } from "@millrace/contracts";
import type { TopicCreateOptions } from "../commands/topic.ts";
import type { GlobalOptions } from "../options.ts";
import { jsonLine } from "../output/json.ts";
import { table } from "../output/table.ts";
import type { CliWorld } from "../world.ts";
import { withClient } from "./with-client.ts";

/** `topic create` */
export async function createTopic(name: string, options: TopicCreateOptions & GlobalOptions, world: CliWorld): Promise<void> {
  await withClient(options, world, async (client) => {
    const topic = await client.admin().createTopic({
      name,
      ...(options.partitions === undefined ? {} : { partitions: options.partitions }),
      ...(options.replicas === undefined ? {} : { replicationFactor: options.replicas }),
      configs: options.config ?? {},
      ifNotExists: options.ifNotExists ?? false,
    });
    const partitions = topic.partitions.length;
    await world.write(
      options.json === true ? jsonLine(topic) : `topic ${name} has ${partitions} partition${partitions === 1 ? "" : "s"}\n`,
    );
  });
}

/** `topic list` */
export async function listTopics(options: GlobalOptions & { readonly internal?: boolean }, world: CliWorld): Promise<void> {
  await withClient(options, world, async (client) => {
    const topics = await client.admin().listTopics({ includeInternal: options.internal ?? false });
    const sorted = topics.toSorted((left, right) => (left.name < right.name ? -1 : 1));
    if (options.json === true) {
      for (const topic of sorted) await world.write(jsonLine(topic));
      return;
    }
    if (sorted.length === 0) world.note("no topics yet: millrace topic create NAME makes one");
    else await world.write(table(["topic", "partitions", "replicas", "settings"], sorted.map(rowOf)));
  });
}

function rowOf(topic: Topic): readonly string[] {
  const replicas = topic.partitions[0]?.replicas.length ?? 0;
  return [topic.name, String(topic.partitions.length), String(replicas), settingsOf(topic)];
}

/** What was set, in one line. */
export function settingsOf(topic: Topic): string {
  return Object.entries(topic.configs)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

/** `topic delete` */
export async function deleteTopics(names: readonly string[], options: GlobalOptions, world: CliWorld): Promise<void> {
  await withClient(options, world, async (client) => {
    for (const name of names) {
      await client.admin().deleteTopic(name);
      await world.write(options.json === true ? jsonLine({ deleted: name }) : `topic ${name} is deleted\n`);
    }
  });
}
