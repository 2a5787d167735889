import type { Client, OffsetSpec } from "@millrace/client";
import type { Topic } from "@millrace/contracts";
import { AppError, type TopicPartition, topicPartitionKey } from "@millrace/model";

/** First and end offset of a partition. */
export interface Ends {
  readonly start: number;
  readonly end: number;
}

/** Ends of partitions by `topicPartitionKey`; those of topics that are gone, or without a leader, are left out. */
export async function endsOf(client: Client, partitions: readonly TopicPartition[]): Promise<ReadonlyMap<string, Ends>> {
  return listEnds(client, await partitionsThere(client, partitions));
}

/** The same of a topic that is at hand. */
export function endsOfTopic(client: Client, { name, partitions }: Topic): Promise<ReadonlyMap<string, Ends>> {
  const led = partitions.filter(({ leader }) => leader !== undefined);
  return listEnds(
    client,
    led.map(({ partition }) => ({ topic: name, partition })),
  );
}

async function listEnds(client: Client, there: readonly TopicPartition[]): Promise<ReadonlyMap<string, Ends>> {
  const ask = async (at: OffsetSpec["at"]): Promise<ReadonlyMap<string, number>> => {
    const listed = there.length === 0 ? [] : await client.listOffsets(there.map(({ topic, partition }) => ({ topic, partition, at })));
    return new Map(listed.map(({ topic, partition, offset }) => [topicPartitionKey(topic, partition), offset]));
  };
  const [starts, ends] = await Promise.all([ask("earliest"), ask("latest")]);
  return new Map([...ends].map(([key, end]) => [key, { start: starts.get(key) ?? 0, end }]));
}

async function partitionsThere(client: Client, partitions: readonly TopicPartition[]): Promise<readonly TopicPartition[]> {
  const topics = new Map<string, ReadonlySet<number>>();
  for (const topic of new Set(partitions.map((place) => place.topic))) topics.set(topic, await ledPartitions(client, topic));
  return partitions.filter(({ topic, partition }) => topics.get(topic)?.has(partition) === true);
}

async function ledPartitions(client: Client, topic: string): Promise<ReadonlySet<number>> {
  try {
    const { partitions } = await client.admin().describeTopic(topic);
    return new Set(partitions.filter(({ leader }) => leader !== undefined).map(({ partition }) => partition));
  } catch (error) {
    if (error instanceof AppError && error.code === "unknown-topic") return new Set();
    throw error;
  }
}
