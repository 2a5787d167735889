import type { Client, TopicSpec } from "@millrace/client";

/** Creates a topic, anew if there is one, and waits until the leaders of all its partitions answer: ready batches are sent without repetition, none may be refused. */
export async function createServedTopic(client: Client, spec: TopicSpec & { readonly partitions: number }): Promise<void> {
  const topics = await client.admin().listTopics();
  if (topics.some(({ name }) => name === spec.name)) await client.admin().deleteTopic(spec.name);
  await client.admin().createTopic(spec);
  await client.listOffsets(
    Array.from({ length: spec.partitions }, (_, partition) => ({ topic: spec.name, partition, at: "latest" as const })),
  );
}
