import type { Client } from "@millrace/client";
import type { PartitionState, Topic } from "@millrace/contracts";
import { topicPartitionKey } from "@millrace/model";
import type { GlobalOptions } from "../options.ts";
import { formatCount } from "../output/format.ts";
import { jsonLine } from "../output/json.ts";
import { table } from "../output/table.ts";
import type { CliWorld } from "../world.ts";
import { type Ends, endsOfTopic } from "./offsets-of.ts";
import { settingsOf } from "./topic.ts";
import { withClient } from "./with-client.ts";

/** `topic describe`, of all topics if none is named. */
export async function describeTopics(
  names: readonly string[],
  options: GlobalOptions & { readonly trouble?: boolean },
  world: CliWorld,
): Promise<void> {
  await withClient(options, world, async (client) => {
    const topics = await topicsOf(client, names);
    const shown = options.trouble === true ? topics.filter(({ partitions }) => partitions.some(isInTrouble)) : topics;
    for (const topic of shown) await describe(client, { topic, options, world });
    if (options.trouble === true && shown.length === 0 && options.json !== true)
      world.note("every partition has a leader and all its replicas in sync");
    if (topics.length === 0) world.note("no topics yet: millrace topic create NAME makes one");
  });
}

async function topicsOf(client: Client, names: readonly string[]): Promise<readonly Topic[]> {
  const admin = client.admin();
  if (names.length > 0) return Promise.all(names.map((name) => admin.describeTopic(name)));
  return (await admin.listTopics()).toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

function isInTrouble({ leader, replicas, inSyncSet }: PartitionState): boolean {
  return leader === undefined || inSyncSet.length < replicas.length;
}

interface Describing {
  readonly topic: Topic;
  readonly options: GlobalOptions & { readonly trouble?: boolean };
  readonly world: CliWorld;
}

async function describe(client: Client, { topic, options, world }: Describing): Promise<void> {
  const ends = await endsOfTopic(client, topic);
  const endsOf = ({ partition }: PartitionState): Ends | undefined => ends.get(topicPartitionKey(topic.name, partition));
  if (options.json === true)
    return world.write(jsonLine({ ...topic, partitions: topic.partitions.map((state) => ({ ...state, ...endsOf(state) })) }));
  const settings = settingsOf(topic);
  await world.write(`topic ${topic.name}, id ${topic.topicId}${settings === "" ? "" : `, ${settings}`}\n`);
  const states = options.trouble === true ? topic.partitions.filter(isInTrouble) : topic.partitions;
  const rows = states.map((state) => rowOf(state, endsOf(state)));
  await world.write(table(["partition", "leader", "replicas", "in sync", "start", "end", "records"], rows));
  const leaderless = topic.partitions.filter((state) => state.leader === undefined).length;
  if (leaderless > 0)
    world.note(
      `${leaderless} partitions have no leader: start the brokers of their replicas; if their disks are lost, millrace partition elect ${topic.name} --unclean`,
    );
  const lagging = topic.partitions.filter((state) => state.inSyncSet.length < state.replicas.length).length;
  if (lagging > 0) world.note(`${lagging} partitions have replicas that are not in sync: a broker is away, or behind`);
}

function rowOf(state: PartitionState, ends: Ends | undefined): readonly string[] {
  return [
    String(state.partition),
    state.leader === undefined ? "–" : String(state.leader),
    state.replicas.join(","),
    state.inSyncSet.join(","),
    String(ends?.start ?? "–"),
    String(ends?.end ?? "–"),
    ends === undefined ? "–" : formatCount(ends.end - ends.start),
  ];
}
