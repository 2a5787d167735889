import { type ForeignRangeOptions, foreignTopicRange } from "@millrace/connectors";
import { json } from "@millrace/streams";
import { localContext } from "@millrace/streams/testing";
import { check } from "../scenario.ts";
import { INPUT_PARTITIONS } from "../sinks/number-source.ts";
import { KEYS } from "../sinks/sinks-job.ts";

/** A number as a batch run by hand reads it. */
interface ReadNumber {
  readonly value: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/**
 * Reads topics of another cluster by hand, between offsets, while they are written and transactions are aborted among the records: what is read twice is the same, each partition's numbers are
 * the first that were sent to it, in order, without those that were aborted, and a range that begins in the middle has what lies behind that. Returns how many records there were.
 */
export async function readForeignRange(kafkaAddress: string, topic: string): Promise<number> {
  const range = rangeOf(topic, kafkaAddress, {});
  const first = await collect(range);
  check(first.length > 0, `nothing of ${topic} is read by hand`);
  assertPrefixes(topic, first);
  assertSame(`${topic}, read again while it grows`, await collect(range), first);
  const starts = new Map(partitionsOf(first).map(([partition, numbers]) => [partition, numbers[numbers.length >> 1]?.offset ?? 0]));
  const ends = new Map(partitionsOf(first).map(([partition, numbers]) => [partition, (numbers.at(-1)?.offset ?? -1) + 1]));
  const [startingOffsets, endingOffsets] = [{ [topic]: Object.fromEntries(starts) }, { [topic]: Object.fromEntries(ends) }];
  const expected = first.filter(({ partition, offset }) => offset >= (starts.get(partition) ?? 0));
  const options = { startingOffsets, endingOffsets, partitions: [...starts.keys()] };
  assertSame(`${topic}, by offsets`, await collect(rangeOf(topic, kafkaAddress, options)), expected);
  return first.length;
}

/** All that was sent to a topic that nobody writes any more: numbers 0 … count − 1, each once. */
export async function readWholeRange(
  kafkaAddress: string,
  topics: readonly { readonly input: string; readonly count: number }[],
): Promise<void> {
  const all = await collect(rangeOf(/numbers-[0-9]/, kafkaAddress, {}));
  for (const { input, count } of topics) {
    const numbers = all.filter(({ topic }) => topic === input);
    check(numbers.length === count, `${count} numbers were sent to ${input}, ${numbers.length} are read by hand`);
    assertPrefixes(input, numbers);
  }
}

function rangeOf(topics: string | RegExp, kafkaAddress: string, options: Omit<ForeignRangeOptions, "cluster">) {
  return foreignTopicRange(topics, { ...options, cluster: { bootstrap: [kafkaAddress] }, elements: "record", value: json<number>() });
}

/** Whole records, reduced to what is compared, in order of their places. */
async function collect(range: ReturnType<typeof rangeOf>): Promise<readonly ReadNumber[]> {
  const records = await localContext()
    .batch(range)
    .map(({ value, topic, partition, offset }): ReadNumber => ({ value, topic, partition, offset }))
    .collect();
  return [...records].sort((a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition || a.offset - b.offset));
}

function partitionsOf(records: readonly ReadNumber[]): readonly (readonly [number, readonly ReadNumber[]])[] {
  return [...Map.groupBy(records, ({ partition }) => partition)];
}

/** Of each partition the first of those that a `NumberSource` sends there. */
function assertPrefixes(topic: string, records: readonly ReadNumber[]): void {
  for (const [partition, numbers] of partitionsOf(records)) {
    let next = -1;
    for (const { value, offset } of numbers) {
      do next++;
      while ((next % KEYS) % INPUT_PARTITIONS !== partition);
      check(value === next, `at ${topic}-${partition}@${offset} stands ${value}, and not ${next}`);
    }
  }
}

function assertSame(what: string, read: readonly ReadNumber[], expected: readonly ReadNumber[]): void {
  const textOf = (records: readonly ReadNumber[]): string => JSON.stringify(records);
  check(textOf(read) === textOf(expected), `${what}: ${read.length} records, and not the ${expected.length} that were read before`);
}
