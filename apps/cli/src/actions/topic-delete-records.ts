import type { Client } from "@millrace/client";
import { type TopicPartition, topicPartitionKey } from "@millrace/model";
import type { DeleteRecordsOptions } from "../commands/topic.ts";
import { cliError } from "../errors.ts";
import type { GlobalOptions, TopicSelection } from "../options.ts";
import { formatCount } from "../output/format.ts";
import { jsonLine } from "../output/json.ts";
import { table } from "../output/table.ts";
import type { CliWorld } from "../world.ts";
import { partitionsOf } from "./group-reset-offsets.ts";
import { endsOf } from "./offsets-of.ts";
import { withClient } from "./with-client.ts";

interface Deletion extends TopicPartition {
  readonly start: number;
  readonly end: number;
  /** What stays begins here. */
  readonly before: number;
}

/** `topic delete-records`: shows what goes, and deletes it with --execute. */
export async function deleteRecords(
  selections: readonly TopicSelection[],
  options: DeleteRecordsOptions & GlobalOptions,
  world: CliWorld,
): Promise<void> {
  const { before, beforeTime, all, execute = false } = options;
  if ([before, beforeTime, all].filter((one) => one !== undefined).length !== 1)
    throw cliError("bad-argument", "say how much goes, by exactly one of --before, --before-time or --all", { option: "--before" });
  await withClient(options, world, async (client) => {
    const deletions = await deletionsOf(client, selections, options);
    const going = deletions.filter((deletion) => deletion.before > deletion.start);
    if (execute)
      await client.admin().deleteRecords(going.map(({ topic, partition, before: beforeOffset }) => ({ topic, partition, beforeOffset })));
    if (options.json === true) {
      for (const deletion of deletions) await world.write(jsonLine({ ...deletion, executed: execute }));
      return;
    }
    const rows = deletions.map(({ topic, partition, start, end, before: stays }) => [
      topic,
      String(partition),
      String(start),
      String(stays),
      String(end),
      formatCount(stays - start),
    ]);
    await world.write(table(["topic", "partition", "start", "new start", "end", "records"], rows));
    world.note(execute ? "done" : "nothing is deleted: --execute does it");
  });
}

async function deletionsOf(
  client: Client,
  selections: readonly TopicSelection[],
  { before, beforeTime }: DeleteRecordsOptions,
): Promise<readonly Deletion[]> {
  const places = await partitionsOf(client, selections);
  const ends = await endsOf(client, places);
  const there = places.flatMap((place) => {
    const range = ends.get(topicPartitionKey(place.topic, place.partition));
    return range === undefined ? [] : [{ ...place, ...range }];
  });
  const atTime = new Map<string, number>();
  if (beforeTime !== undefined) {
    const listed = await client.listOffsets(there.map(({ topic, partition }) => ({ topic, partition, at: { timestampMs: beforeTime } })));
    for (const { topic, partition, offset } of listed) if (offset >= 0) atTime.set(topicPartitionKey(topic, partition), offset);
  }
  return there.map((place) => {
    const wanted = before ?? (beforeTime === undefined ? place.end : atTime.get(topicPartitionKey(place.topic, place.partition)));
    return { ...place, before: Math.min(Math.max(wanted ?? place.end, place.start), place.end) };
  });
}
