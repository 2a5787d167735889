import type { RecordDecoding, SerdeDescriptor } from "@millrace/model";
import type { BatchPartition, LogBatchSource, LogRecord } from "@millrace/ports";
import { errors } from "../errors.ts";
import { boundedRanges, type EndingOffsets, type StartingOffsets } from "./bounded-ranges.ts";
import type { ForeignLog } from "./foreign-log.ts";
import { kafkaFailure } from "./kafka-errors.ts";
import type { PartitionRange } from "./partition-ranges.ts";
import type { TopicChoice } from "./topic-choice.ts";

/** As the serdes of `@millrace/streams` are. */
interface Decoding<T> {
  readonly descriptor: SerdeDescriptor;
  readonly decoded?: () => T;
}

/** A record with everything that its log knows of it. */
interface WholeRecord<K, V> {
  readonly key: K | undefined;
  readonly value: V;
  readonly timestamp: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly headers: readonly (readonly [name: string, value: Uint8Array])[];
}

/** Which records of another cluster, or of this one by its Kafka listener. */
export interface ForeignRangeOptions {
  /** Addresses (host:port) of some of its brokers. */
  readonly cluster: { readonly bootstrap: readonly string[] };
  /** Default: earliest. */
  readonly startingOffsets?: StartingOffsets;
  /** Default: latest, as it is when the partitions are listed for the first time. */
  readonly endingOffsets?: EndingOffsets;
  /** Only these partitions of each topic. */
  readonly partitions?: readonly number[];
  /** Records of the range that are not there any more are an error (default), or are passed over. */
  readonly failOnDataLoss?: boolean;
  /** A record that cannot be decoded is an error (default), or is skipped. */
  readonly onBadRecord?: "fail" | "skip";
}

interface AnyOptions extends ForeignRangeOptions {
  readonly value: Decoding<unknown>;
  readonly key?: Decoding<unknown>;
  readonly elements?: "record";
}

type Topics = string | readonly string[] | RegExp;

/**
 * Committed records of topics of a Kafka cluster between two sets of offsets, as bounded input of batches run by hand. The range of each partition is fixed when the partitions are listed for the
 * first time: whatever is written meanwhile, each reading gives the same. Topics by name, by several names, or by a pattern of the whole name; of values, [key, value] pairs, or whole records.
 */
export function foreignTopicRange<V, K = Uint8Array>(
  topics: Topics,
  options: ForeignRangeOptions & { readonly elements: "record"; readonly value: Decoding<V>; readonly key?: Decoding<K> },
): LogBatchSource<WholeRecord<K, V>>;
export function foreignTopicRange<K, V>(
  topics: Topics,
  options: ForeignRangeOptions & { readonly key: Decoding<K>; readonly value: Decoding<V> },
): LogBatchSource<readonly [K, V]>;
export function foreignTopicRange<V>(topics: Topics, options: ForeignRangeOptions & { readonly value: Decoding<V> }): LogBatchSource<V>;
export function foreignTopicRange(topics: Topics, options: AnyOptions): LogBatchSource<never> {
  return new ForeignTopicRange(topics, options);
}

class ForeignTopicRange implements LogBatchSource<never> {
  readonly name: string;
  readonly records: RecordDecoding;
  readonly #options: AnyOptions;
  readonly #choice: TopicChoice;
  #ranges: Promise<readonly PartitionRange[]> | undefined;

  constructor(topics: Topics, options: AnyOptions) {
    const { key, value, elements, onBadRecord = "fail", partitions } = options;
    if (options.cluster.bootstrap.length === 0) throw errors.option("kafka", "bootstrap must name a broker at least");
    this.#options = options;
    this.#choice = { ...namesOf(topics), partitions: partitions === undefined ? undefined : new Set(partitions) };
    this.name = `${String(topics)} of ${options.cluster.bootstrap.join(",")}`;
    this.records = {
      value: value.descriptor,
      ...(key === undefined ? {} : { key: key.descriptor }),
      elements: elements ?? (key === undefined ? "value" : "pair"),
      onBadRecord,
    };
  }

  async partitions(): Promise<readonly BatchPartition<LogRecord>[]> {
    this.#ranges ??= this.#resolve();
    const ranges = await this.#ranges.catch((error: unknown) => {
      this.#ranges = undefined; // nothing is fixed: the next listing asks again
      throw error;
    });
    return ranges.map((range) => ({
      name: `${range.topic}-${range.partition} [${range.start}, ${range.end})`,
      read: () => this.#read(range),
    }));
  }

  async #resolve(): Promise<readonly PartitionRange[]> {
    const { startingOffsets = "earliest", endingOffsets = "latest", failOnDataLoss = true } = this.#options;
    return this.#withLog((log) => boundedRanges(log, { choice: this.#choice, startingOffsets, endingOffsets, failOnDataLoss }));
  }

  async *#read({ topic, partition, start, end }: PartitionRange): AsyncGenerator<readonly LogRecord[], void, undefined> {
    if (start >= end) return;
    const log = await this.#open();
    try {
      for await (const records of log.read({ topic, partition, startOffset: start, endOffset: end }))
        yield records.map((record): LogRecord => ({ ...record, topic, partition }));
    } catch (error) {
      throw kafkaFailure(error, { topic, partition });
    } finally {
      await log.close();
    }
  }

  async #withLog<R>(use: (log: ForeignLog) => Promise<R>): Promise<R> {
    const log = await this.#open();
    try {
      return await use(log);
    } catch (error) {
      throw kafkaFailure(error, { source: this.name });
    } finally {
      await log.close();
    }
  }

  /** With the client, which who only imports this lib does not pay for. */
  async #open(): Promise<ForeignLog> {
    const { ForeignLog } = await import("./foreign-log.ts");
    return new ForeignLog({ bootstrapBrokers: [...this.#options.cluster.bootstrap], connection: {} }, "millrace-batch");
  }
}

function namesOf(topics: Topics): Pick<TopicChoice, "names" | "pattern"> {
  if (typeof topics === "string") return { names: [topics], pattern: undefined };
  if (!(topics instanceof RegExp)) return { names: topics, pattern: undefined };
  if (topics.flags !== "") throw errors.option("kafka", "a pattern of topics can have no flags: write both cases as [aA]");
  return { names: [], pattern: new RegExp(`^(?:${topics.source})$`) };
}
