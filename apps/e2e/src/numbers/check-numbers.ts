import { type Client, committedBatches } from "@millrace/client";
import { readRecords } from "@millrace/records";
import { check } from "../scenario.ts";
import { decodeNumber } from "./number-value.ts";

export interface NumbersRange {
  readonly topic: string;
  readonly partition: number;
  /** First and, exclusive, last number that must be there. */
  readonly start: number;
  readonly end: number;
}

const READ_MS_MAX = 60_000;

/** Reads a range and throws unless it holds exactly its numbers, each once and in order, number n at offset n. */
export async function checkNumbers(client: Client, { topic, partition, start, end }: NumbersRange): Promise<void> {
  if (start >= end) return;
  const [latest] = await client.listOffsets([{ topic, partition, at: "latest" }]);
  check(
    (latest?.offset ?? 0) >= end,
    `partition ${partition}: ${end} numbers were acknowledged, but the log ends at ${latest?.offset ?? 0}`,
  );
  let next = start;
  const signal = AbortSignal.timeout(READ_MS_MAX);
  for await (const chunk of client.fetchRange({ topic, partition, startOffset: start, endOffset: end }, { signal })) {
    for (const batch of committedBatches(chunk)) {
      for (const { offset, value } of readRecords(batch)) {
        if (offset < start) continue;
        const number = value === null ? Number.NaN : decodeNumber(value);
        check(
          offset === next && number === next,
          `partition ${partition}: number ${number} stands at offset ${offset}, where ${next} belongs`,
        );
        next++;
      }
    }
  }
  check(next >= end, `partition ${partition}: ${end} numbers were acknowledged, but only ${next} can be read`);
}
