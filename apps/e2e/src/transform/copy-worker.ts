import type { Client, PartitionRecords, Producer } from "@millrace/client";
import { connectClient } from "../system/cluster-client.ts";

/** Topics and group of the copy; input and output have as many partitions. */
export const COPY = { input: "copy-in", output: "copy-out", group: "copiers" } as const;

/** Of one transaction: a batch or two, so that most kills hit one that is open. */
const GROUP_BYTES_MAX = 4_096;

/** Copies the input to the output in transactions, as a member of the group, until it is killed: copy-worker.ts address transactional-id. */
async function main([address = "", transactionalId = ""]: readonly string[]): Promise<void> {
  const { client } = connectClient([address]);
  const producer = client.producer({ transactionalId, transactionTimeoutMs: 10_000 });
  await producer.open([COPY.output]);
  await copy(client, producer);
}

async function copy(client: Client, producer: Producer): Promise<void> {
  const settings = { offsetReset: "earliest", isolation: "committed", autoCommit: false, partitionBytesMax: GROUP_BYTES_MAX } as const;
  const consumer = client.consumer({ groupId: COPY.group, ...settings });
  await consumer.subscribe({ topics: [COPY.input] });
  for await (const group of consumer) {
    producer.beginTransaction();
    try {
      await copyGroup(producer, group, () => consumer.groupIdentity());
    } catch (error) {
      process.stdout.write(`aborted: ${error instanceof Error ? error.message : String(error)}\n`);
      await producer.abortTransaction();
      const { topic, partition, records } = group;
      const isOurs = consumer.assignment().some((place) => place.topic === topic && place.partition === partition);
      if (isOurs) consumer.seek({ topic, partition, offset: records[0]?.offset ?? 0 });
    }
  }
}

async function copyGroup(
  producer: Producer,
  { topic, partition, records, nextOffset }: PartitionRecords,
  identity: () => Parameters<Producer["sendOffsetsToTransaction"]>[1],
): Promise<void> {
  for (const { value } of records) if (!producer.send(COPY.output, { value, partition })) await producer.ready();
  await producer.sendOffsetsToTransaction([{ topic, partition, offset: nextOffset }], identity());
  await producer.commitTransaction();
}

if (import.meta.main) await main(process.argv.slice(2));
