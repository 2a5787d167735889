import type { AvailableSteps, LogRecord, PositionRange, SourceElements, SourceSplit, SplitReader } from "@millrace/ports";
import { assertDefined } from "@millrace/stdx";
import { errors } from "../errors.ts";
import { FOREIGN_PARTITIONS_REFRESH_MS, KAFKA_NOTE_LENGTH_MAX } from "../limits.ts";
import { type ForeignCluster, ForeignLog, type TopicPartition } from "./foreign-log.ts";
import { kafkaFailure } from "./kafka-errors.ts";
import { KnownOffsets } from "./known-offsets.ts";
import { EARLIEST, LATEST } from "./offset-times.ts";
import { firstSteps, type PartitionRange, rangesWithin, stepsOf } from "./partition-ranges.ts";
import { ownPartitions, type TopicChoice } from "./topic-choice.ts";

/** What is recorded with a batch: ranges of offsets, in the order in which they are read. Empty ones say where a partition stands that had nothing yet. */
interface KafkaNote {
  readonly ranges: readonly PartitionRange[];
}

/** Options of `kafkaSource`, checked. */
export interface KafkaOptions {
  readonly cluster: ForeignCluster;
  readonly topics: TopicChoice;
  /** earliest, latest, or milliseconds since 1970 UTC. */
  readonly start: "earliest" | "latest" | number;
  readonly failOnDataLoss: boolean;
}

/** What `kafkaSource` opens. */
export class KafkaReader implements SplitReader<LogRecord> {
  readonly #options: KafkaOptions;
  readonly #split: SourceSplit;
  readonly #log: ForeignLog;
  readonly #known: KnownOffsets;
  #partitions: readonly TopicPartition[] = [];
  #lookedAtMs = -Infinity;

  constructor(options: KafkaOptions, split: SourceSplit) {
    this.#options = options;
    this.#split = split;
    this.#log = new ForeignLog(options.cluster, `millrace-${split.jobId}-${split.source}-${split.split}`);
    this.#known = new KnownOffsets(split.memory);
  }

  async available(position: number, { stepsMax }: { readonly stepsMax: number }): Promise<AvailableSteps> {
    try {
      const partitions = await this.#current();
      const ends = await this.#log.offsetsAt(partitions, LATEST);
      const ranges = partitions.map(({ topic, partition }): PartitionRange => {
        const start = assertDefined(this.#known.next(topic, partition), "start of a known partition");
        return { topic, partition, start, end: Math.max(start, ends.get(`${topic}/${partition}`) ?? start) };
      });
      await this.#assertThere(ranges);
      const within = rangesWithin(ranges, { stepsMax, turn: position, noteLengthMax: KAFKA_NOTE_LENGTH_MAX });
      const steps = stepsOf(within);
      return steps === 0 ? { end: position } : { end: position + steps, note: { ranges: within } };
    } catch (error) {
      throw kafkaFailure(error, { source: this.#split.source });
    }
  }

  async *read(range: PositionRange): AsyncGenerator<SourceElements<LogRecord>, void, undefined> {
    let position = range.start;
    try {
      for (const { topic, partition, start, end } of rangesOf(range)) {
        if (start < end)
          for await (const records of this.#log.read({ topic, partition, startOffset: start, endOffset: end })) {
            const elements = records.map((record): LogRecord => ({ ...record, topic, partition }));
            yield {
              position: position + (elements[0]?.offset ?? start) - start,
              elements,
              timestampsMs: elements.map(({ timestampMs }) => timestampMs),
            };
          }
        position += end - start;
      }
    } catch (error) {
      throw kafkaFailure(error, { source: this.#split.source });
    }
  }

  /** Those that the batch did not come to as well: their beginning is decided now. */
  remember(range: PositionRange): void {
    const taken = rangesOf(range);
    for (const { topic, partition, start } of noteOf(range).ranges.slice(taken.length)) this.#known.remember(topic, partition, start);
    for (const { topic, partition, end } of taken) this.#known.remember(topic, partition, end);
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  /** The split's partitions now. Those of the first look begin where the source says, later ones with their first record. */
  async #current(): Promise<readonly TopicPartition[]> {
    const nowMs = this.#split.nowMs();
    if (nowMs - this.#lookedAtMs < FOREIGN_PARTITIONS_REFRESH_MS && nowMs >= this.#lookedAtMs) return this.#partitions;
    const isFirst = this.#lookedAtMs === -Infinity && this.#known.isEmpty;
    const own = await ownPartitions(this.#log, this.#options.topics, this.#split);
    const unknown = own.filter(({ topic, partition }) => this.#known.next(topic, partition) === undefined);
    if (unknown.length > 0) {
      const starts = await this.#startsOf(unknown, isFirst ? this.#options.start : "earliest");
      for (const { topic, partition } of unknown) this.#known.begin(topic, partition, starts.get(`${topic}/${partition}`) ?? 0);
    }
    this.#partitions = own;
    this.#lookedAtMs = nowMs;
    return own;
  }

  async #startsOf(partitions: readonly TopicPartition[], start: KafkaOptions["start"]): Promise<ReadonlyMap<string, number>> {
    if (start === "earliest") return await this.#log.offsetsAt(partitions, EARLIEST);
    const latest = await this.#log.offsetsAt(partitions, LATEST);
    if (start === "latest") return latest;
    const found = await this.#log.offsetsAt(partitions, BigInt(start));
    return new Map(Array.from(found, ([name, offset]) => [name, offset < 0 ? (latest.get(name) ?? 0) : offset])); // none is so young: from the end on
  }

  /** Records that were deleted before they were read are an error, or, if the job says so, passed over. */
  async #assertThere(ranges: PartitionRange[]): Promise<void> {
    const wanted = ranges.filter(({ start, end }) => start < end);
    if (wanted.length === 0) return;
    const first = await this.#log.offsetsAt(wanted, EARLIEST);
    for (const [index, range] of ranges.entries()) {
      const earliest = first.get(`${range.topic}/${range.partition}`) ?? 0;
      if (range.start >= range.end || earliest <= range.start) continue;
      if (this.#options.failOnDataLoss) throw errors.foreignRecordsGone(range, earliest);
      ranges[index] = { ...range, start: Math.min(earliest, range.end) };
    }
  }
}

/** A batch may have taken only the first of the steps that were noted. */
function rangesOf(range: PositionRange): readonly PartitionRange[] {
  return firstSteps(noteOf(range).ranges, range.end - range.start);
}

function noteOf({ note }: PositionRange): KafkaNote {
  return note as KafkaNote; // as `available` made it
}
