import type { Client, GroupDetails, GroupMemberDescription } from "@millrace/client";
import { type TopicPartition, topicPartitionKey } from "@millrace/model";
import type { GlobalOptions } from "../options.ts";
import { formatCount } from "../output/format.ts";
import { jsonLine } from "../output/json.ts";
import { table } from "../output/table.ts";
import type { CliWorld } from "../world.ts";
import { endsOf } from "./offsets-of.ts";
import { withClient } from "./with-client.ts";

/** One partition of a group. */
export interface GroupPosition extends TopicPartition {
  /** Absent: nothing committed. */
  readonly offset: number | undefined;
  /** Absent: the topic is gone, or the partition has no leader. */
  readonly end: number | undefined;
  readonly lag: number | undefined;
  readonly member: GroupMemberDescription | undefined;
}

/** `group describe` */
export async function describeGroup(name: string, options: GlobalOptions & { readonly members?: boolean }, world: CliWorld): Promise<void> {
  await withClient(options, world, async (client) => {
    const group = await client.admin().describeGroup(name);
    const positions = await positionsOf(client, group);
    if (options.json === true) {
      const partitions = positions.map(({ member, ...position }) => ({ ...position, memberId: member?.memberId }));
      return world.write(jsonLine({ ...group, lag: lagOf(positions), partitions }));
    }
    const how = group.assignor === "" ? "" : `, ${group.assignor}`;
    const members = `${group.members.length} member${group.members.length === 1 ? "" : "s"}`;
    await world.write(`group ${name}: ${group.state}, ${group.type}${how}, ${members}, coordinator broker ${group.coordinatorBrokerId}\n`);
    if (options.members === true) await world.write(membersTable(group.members));
    else if (positions.length > 0) await world.write(positionsTable(positions));
    world.note(positions.length === 0 ? "no offsets are committed" : `total lag ${formatCount(lagOf(positions))}`);
  });
}

function lagOf(positions: readonly GroupPosition[]): number {
  return positions.reduce((total, { lag = 0 }) => total + lag, 0);
}

/** What the group has committed or reads, by topic and partition. */
async function positionsOf(client: Client, group: GroupDetails): Promise<readonly GroupPosition[]> {
  const offsets = await client.admin().groupOffsets(group.groupId);
  const committed = new Map(offsets.map(({ topic, partition, offset }) => [topicPartitionKey(topic, partition), offset]));
  const owners = new Map<string, GroupMemberDescription>();
  for (const member of group.members)
    for (const { topic, partition } of member.assigned) owners.set(topicPartitionKey(topic, partition), member);
  const partitions = new Map<string, TopicPartition>();
  for (const place of [...offsets, ...group.members.flatMap(({ assigned }) => assigned)])
    partitions.set(topicPartitionKey(place.topic, place.partition), { topic: place.topic, partition: place.partition });
  const sorted = [...partitions].sort(([, a], [, b]) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
  const ends = await endsOf(client, [...partitions.values()]);
  return sorted.map(([key, place]) => {
    const offset = committed.get(key);
    const end = ends.get(key)?.end;
    const lag = offset === undefined || end === undefined ? undefined : Math.max(0, end - offset);
    return { ...place, offset, end, lag, member: owners.get(key) };
  });
}

function positionsTable(positions: readonly GroupPosition[]): string {
  return table(
    ["topic", "partition", "offset", "end", "lag", "member", "host", "client"],
    positions.map(({ topic, partition, offset, end, lag, member }) => [
      topic,
      String(partition),
      String(offset ?? "–"),
      String(end ?? "–"),
      lag === undefined ? "–" : formatCount(lag),
      member?.memberId ?? "–",
      member?.clientHost ?? "–",
      member?.clientId ?? "–",
    ]),
  );
}

function membersTable(members: readonly GroupMemberDescription[]): string {
  if (members.length === 0) return "";
  return table(
    ["member", "host", "client", "instance", "epoch", "state", "partitions", "subscription"],
    members.map((member) => [
      member.memberId,
      member.clientHost,
      member.clientId,
      member.instanceId === "" ? "–" : member.instanceId,
      member.memberEpoch < 0 ? "–" : String(member.memberEpoch),
      member.state === "" ? "–" : member.state,
      String(member.assigned.length),
      [...member.subscribedTopics, ...(member.subscribedTopicRegex === "" ? [] : [`/${member.subscribedTopicRegex}/`])].join(" "),
    ]),
  );
}
