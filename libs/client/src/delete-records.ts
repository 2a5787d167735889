import { BrokerService, errorFromWire } from "@millrace/contracts";
import { type TopicPartition, topicPartitionKey } from "@millrace/model";
import type { RecordsToDelete } from "./admin-api.ts";
import type { AdminContext } from "./create-admin.ts";
import { clientErrors } from "./errors.ts";
import { retrying } from "./retry.ts";

const UP_TO_HIGH_WATERMARK = -1n;

/** Asks the leaders, in one call each; repeated while they move. Answers come in the order of the questions. */
export async function deleteRecords(
  deletions: readonly RecordsToDelete[],
  context: AdminContext,
): Promise<readonly (TopicPartition & { readonly logStartOffset: number })[]> {
  const done = new Map<string, number>();
  const keyOf = ({ topic, partition }: TopicPartition): string => topicPartitionKey(topic, partition);
  await retrying(context.ports, { forMs: context.retryForMs }, async (attempt) => {
    if (attempt > 1) await context.metadata.refresh();
    const open = deletions.filter((deletion) => !done.has(keyOf(deletion)));
    for (const [address, ofLeader] of await byLeader(open, context)) {
      const request = { deletions: ofLeader.map(toWire) };
      const options = { timeoutMs: context.requestTimeoutMs };
      const { results } = await context.ports.transport.client(BrokerService, address).deleteRecords(request, options);
      for (const result of results) if (result.error === undefined) done.set(keyOf(result), Number(result.logStartOffset));
      const failed = results.find((result) => result.error !== undefined)?.error;
      if (failed !== undefined) throw errorFromWire(failed);
    }
  });
  return deletions.map(({ topic, partition }) => ({
    topic,
    partition,
    logStartOffset: done.get(topicPartitionKey(topic, partition)) ?? -1,
  }));
}

async function byLeader(deletions: readonly RecordsToDelete[], { metadata }: AdminContext): Promise<Map<string, RecordsToDelete[]>> {
  const leaders = new Map<string, RecordsToDelete[]>();
  for (const deletion of deletions) {
    const { topic, partition } = deletion;
    const { partitions } = await metadata.topic(topic);
    if (!partitions.some((candidate) => candidate.partition === partition)) throw clientErrors.unknownPartition({ topic, partition });
    const address = metadata.leaderAddress(topic, partition);
    if (address === undefined) throw clientErrors.noLeader({ topic, partition });
    const known = leaders.get(address);
    if (known === undefined) leaders.set(address, [deletion]);
    else known.push(deletion);
  }
  return leaders;
}

function toWire({ topic, partition, beforeOffset }: RecordsToDelete) {
  return { topic, partition, beforeOffset: beforeOffset === "latest" ? UP_TO_HIGH_WATERMARK : BigInt(beforeOffset) };
}
