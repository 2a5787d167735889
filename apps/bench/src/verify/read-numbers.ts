import { type Client, committedBatches } from "@millrace/client";
import { crc32c } from "@millrace/codecs";
import { verifyBatch } from "@millrace/records";
import { NumberSet } from "./number-set.ts";

/** Takes the numbers out of a batch, in the order in which they stand there. */
export type NumbersOf = (batch: Uint8Array, take: (number: number) => void) => void;

/**
 * Reads a topic from start to end and checks it: every checksum, every number from 0 to count-1 exactly once, and numbers that ascend within each
 * partition, as they were sent. Answers what is wrong, in words.
 */
export async function problemsOfTopic(
  client: Client,
  options: { readonly topic: string; readonly count: number; readonly what: string; readonly numbersOf: NumbersOf },
): Promise<string[]> {
  const { topic, count, what, numbersOf } = options;
  const numbers = new NumberSet(count);
  const partitionCount = await client.partitionCount(topic);
  const disorders: string[] = [];
  await Promise.all(Array.from({ length: partitionCount }, (_, partition) => readPartition(partition)));
  return [...numbers.problems(what), ...disorders];

  async function readPartition(partition: number): Promise<void> {
    const [end] = await client.listOffsets([{ topic, partition, at: "latest" }]);
    const range = { topic, partition, startOffset: 0, endOffset: end?.offset ?? 0 };
    let last = -1;
    let disorderCount = 0;
    for await (const chunk of client.fetchRange(range, { isolation: "uncommitted" })) {
      for (const batch of committedBatches(chunk)) {
        verifyBatch(batch, { crc32c });
        numbersOf(batch, (number) => {
          numbers.add(number);
          if (number <= last) disorderCount++;
          last = number;
        });
      }
    }
    if (disorderCount > 0) disorders.push(`partition ${partition} has ${disorderCount} ${what} out of order`);
  }
}
