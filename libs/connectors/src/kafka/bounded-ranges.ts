import { errors } from "../errors.ts";
import type { ForeignLog, TopicPartition } from "./foreign-log.ts";
import { EARLIEST, LATEST } from "./offset-times.ts";
import type { PartitionRange } from "./partition-ranges.ts";
import { ownPartitions, type TopicChoice } from "./topic-choice.ts";

/** Offsets by topic and partition: of every partition that is read. */
export type OffsetsByTopic = Readonly<Record<string, Readonly<Record<number, number>>>>;
/** Where reading begins: with the first record, the first of that time or later, or these offsets. */
export type StartingOffsets = "earliest" | Date | OffsetsByTopic;
/** Where it ends, exclusive: with what is committed now, before the first record of that time or later, or at these offsets. */
export type EndingOffsets = "latest" | Date | OffsetsByTopic;

interface RangeOptions {
  readonly choice: TopicChoice;
  readonly startingOffsets: StartingOffsets;
  readonly endingOffsets: EndingOffsets;
  readonly failOnDataLoss: boolean;
}

type Log = Pick<ForeignLog, "topics" | "partitionCount" | "offsetsAt">;

/** What is to be read of each partition, in order of topic and number; fixed from here on, whatever is written meanwhile. */
export async function boundedRanges(log: Log, options: RangeOptions): Promise<readonly PartitionRange[]> {
  const partitions = await ownPartitions(log, options.choice, { split: 0, splitCount: 1 });
  if (partitions.length === 0) return [];
  const earliest = await log.offsetsAt(partitions, EARLIEST);
  const latest = await log.offsetsAt(partitions, LATEST);
  const starts = await offsetsOf(log, partitions, { at: options.startingOffsets, fixed: earliest, latest, name: "startingOffsets" });
  const ends = await offsetsOf(log, partitions, { at: options.endingOffsets, fixed: latest, latest, name: "endingOffsets" });
  return partitions.map((at) => {
    const bounds = { earliest: offsetIn(earliest, at), latest: offsetIn(latest, at) };
    return checked({ ...at, start: offsetIn(starts, at), end: offsetIn(ends, at) }, bounds, options);
  });
}

function checked(
  range: PartitionRange,
  { earliest, latest }: { readonly earliest: number; readonly latest: number },
  { startingOffsets, endingOffsets, failOnDataLoss }: RangeOptions,
): PartitionRange {
  const { topic, partition, start, end } = range;
  if (end > latest) throw errors.foreignRangeNotThere(range, latest);
  if (start < earliest && start < end && failOnDataLoss) throw errors.foreignRecordsGone(range, earliest);
  const isNamed = typeof startingOffsets === "object" && typeof endingOffsets === "object";
  if (isNamed && !(startingOffsets instanceof Date) && !(endingOffsets instanceof Date) && start > end)
    throw errors.option("kafka", `a range ends before it begins: ${topic}-${partition} from ${start} to ${end}`);
  const from = Math.max(start, Math.min(earliest, end));
  return { topic, partition, start: from, end: Math.max(from, end) };
}

interface Wanted {
  readonly at: StartingOffsets | EndingOffsets;
  /** What the word means. */
  readonly fixed: ReadonlyMap<string, number>;
  readonly latest: ReadonlyMap<string, number>;
  readonly name: string;
}

async function offsetsOf(log: Log, partitions: readonly TopicPartition[], wanted: Wanted): Promise<ReadonlyMap<string, number>> {
  const { at, fixed, latest, name } = wanted;
  if (typeof at === "string") return fixed;
  if (!(at instanceof Date)) return new Map(partitions.map((partition) => [keyOf(partition), namedOffset(at, partition, name)]));
  const found = await log.offsetsAt(partitions, BigInt(timeOf(at, name)));
  // None is so young: the range begins, or ends, where the log does.
  return new Map(
    Array.from(found, ([key, offset]) => [key, offset < 0 ? (latest.get(key) ?? 0) : Math.min(offset, latest.get(key) ?? offset)]),
  );
}

function namedOffset(at: OffsetsByTopic, { topic, partition }: TopicPartition, name: string): number {
  const offset = at[topic]?.[partition];
  if (offset !== undefined && Number.isSafeInteger(offset) && offset >= 0) return offset;
  const problem = offset === undefined ? "has no offset for" : `has ${offset}, which is no offset, for`;
  throw errors.option("kafka", `${name} ${problem} ${topic}-${partition}: name one for each partition, or choose partitions`);
}

function timeOf(at: Date, name: string): number {
  const ms = at.getTime();
  if (ms >= 1) return ms;
  throw errors.option("kafka", `${name} must be a time after 1970`);
}

function offsetIn(offsets: ReadonlyMap<string, number>, at: TopicPartition): number {
  return offsets.get(keyOf(at)) ?? 0;
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
