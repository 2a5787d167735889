import type { Client, ListedOffset, OffsetSpec } from "@millrace/client";
import type { Topic } from "@millrace/contracts";
import type { TopicCreateOptions } from "../commands/topic.ts";
import type { GlobalOptions } from "../options.ts";
import { formatCount } from "../output/format.ts";
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

function settingsOf(topic: Topic): string {
  return Object.entries(topic.configs)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

/** `topic describe` */
export async function describeTopic(name: string, options: GlobalOptions, world: CliWorld): Promise<void> {
  await withClient(options, world, async (client) => {
    const topic = await client.admin().describeTopic(name);
    const offsets = await offsetsOf(client, topic);
    if (options.json === true) {
      await world.write(jsonLine({ ...topic, partitions: topic.partitions.map((state) => ({ ...state, ...offsets(state.partition) })) }));
      return;
    }
    const settings = settingsOf(topic);
    await world.write(`topic ${topic.name}, id ${topic.topicId}${settings === "" ? "" : `, ${settings}`}\n`);
    const rows = topic.partitions.map((state) => {
      const { start, end } = offsets(state.partition);
      const records = start === undefined || end === undefined ? "–" : formatCount(end - start);
      return [
        String(state.partition),
        state.leader === undefined ? "–" : String(state.leader),
        state.replicas.join(","),
        state.inSyncSet.join(","),
        String(start ?? "–"),
        String(end ?? "–"),
        records,
      ];
    });
    await world.write(table(["partition", "leader", "replicas", "in sync", "start", "end", "records"], rows));
    const leaderless = topic.partitions.filter((state) => state.leader === undefined).length;
    if (leaderless > 0) world.note(`${leaderless} partitions have no leader: no broker that holds them is up`);
  });
}

type OffsetsOfPartition = (partition: number) => { readonly start: number | undefined; readonly end: number | undefined };

/** First and end offset of each partition that has a leader to ask. */
async function offsetsOf(client: Client, topic: Topic): Promise<OffsetsOfPartition> {
  const led = topic.partitions.filter((state) => state.leader !== undefined);
  const ask = (at: "earliest" | "latest"): Promise<readonly ListedOffset[]> => {
    const queries = led.map((state): OffsetSpec => ({ topic: topic.name, partition: state.partition, at }));
    return queries.length === 0 ? Promise.resolve([]) : client.listOffsets(queries);
  };
  const [starts, ends] = await Promise.all([ask("earliest"), ask("latest")]);
  const of = (offsets: readonly ListedOffset[], partition: number): number | undefined =>
    offsets.find((one) => one.partition === partition)?.offset;
  return (partition) => ({ start: of(starts, partition), end: of(ends, partition) });
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
