import { Admin, Consumer, type ConnectionOptions, type RecordsBatch } from "@platformatic/kafka";
import { KAFKA_RETRIES, KAFKA_RETRY_DELAY_MS } from "../limits.ts";
import { type DecidedRecord, DecidedRecords } from "./decided-records.ts";

/** How to reach another cluster. */
export interface ForeignCluster {
  readonly bootstrapBrokers: string[];
  readonly connection: ConnectionOptions;
}

const READ_UNCOMMITTED = 0;
const READ_COMMITTED = 1;
const FETCH_BYTES_MAX = 4 * 1024 * 1024;
const FETCH_WAIT_MS = 200;
/** A range that is known to be there and does not come within 10 s: the cluster lost it, or is not well. */
const EMPTY_FETCHES_MAX = 50;

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

interface Cursor {
  position: number;
  emptyFetches: number;
}

/** Partitions of another cluster, read by offset without a group. */
export class ForeignLog {
  readonly #consumer: Consumer;
  readonly #admin: Admin;

  constructor(cluster: ForeignCluster, clientId: string) {
    const options = {
      clientId,
      bootstrapBrokers: cluster.bootstrapBrokers,
      retries: KAFKA_RETRIES,
      retryDelay: KAFKA_RETRY_DELAY_MS,
      ...cluster.connection,
    };
    this.#consumer = new Consumer({ ...options, groupId: `${clientId}-reader` }); // asked for by the client; nothing joins it
    this.#admin = new Admin(options);
  }

  /** As the cluster knows it now. */
  async partitionCount(topic: string): Promise<number> {
    const { topics } = await this.#consumer.metadata({ topics: [topic], autocreateTopics: false, forceUpdate: true });
    return topics.get(topic)?.partitionsCount ?? 0;
  }

  /** Topics of the cluster that are not its own business. */
  async topics(): Promise<readonly string[]> {
    return await this.#admin.listTopics();
  }

  /** Offsets of many partitions at once, by `topic/partition`: at a timestamp (milliseconds), `EARLIEST`, or `LATEST` (the last stable one). -1: no record is so young. */
  async offsetsAt(partitions: readonly TopicPartition[], at: bigint): Promise<ReadonlyMap<string, number>> {
    const byTopic = Map.groupBy(partitions, ({ topic }) => topic);
    const offsets = await this.#consumer.listOffsets({
      topics: [...byTopic.keys()],
      partitions: Object.fromEntries(Array.from(byTopic, ([topic, own]) => [topic, own.map(({ partition }) => partition)])),
      timestamp: at,
      isolationLevel: READ_COMMITTED,
    });
    return new Map(
      partitions.map(({ topic, partition }) => [`${topic}/${partition}`, Number(offsets.get(topic)?.[partition] ?? -1n)] as const),
    );
  }

  /** Offset at a timestamp, `EARLIEST` or `LATEST`: of the last stable one, or `uncommitted` the high watermark. */
  async offsetAt(topic: string, partition: number, options: { at: bigint; uncommitted?: boolean }): Promise<number> {
    const isolationLevel = options.uncommitted === true ? READ_UNCOMMITTED : READ_COMMITTED;
    const offsets = await this.#consumer.listOffsets({
      topics: [topic],
      partitions: { [topic]: [partition] },
      timestamp: options.at,
      isolationLevel,
    });
    return Number(offsets.get(topic)?.[partition] ?? -1n);
  }

  /** Committed records with startOffset ≤ offset < endOffset, in order. The end must not lie above the last stable offset. */
  async *read(range: { topic: string; partition: number; startOffset: number; endOffset: number }): AsyncGenerator<DecidedRecord[]> {
    const decided = new DecidedRecords();
    const cursor = { position: range.startOffset, emptyFetches: 0 };
    while (cursor.position < range.endOffset || (decided.undecidedFrom ?? Infinity) < range.endOffset) {
      const records = decided
        .add(await this.#advance(range, cursor))
        .filter(({ offset }) => offset >= range.startOffset && offset < range.endOffset);
      if (records.length > 0) yield records;
    }
  }

  /** The same up to an end that may lie above the last stable offset: what is not decided there is left out, and does not hold back what follows it. */
  async *readAvailable(range: {
    topic: string;
    partition: number;
    startOffset: number;
    endOffset: number;
  }): AsyncGenerator<DecidedRecord[]> {
    const decided = new DecidedRecords({ inOrder: false });
    const cursor = { position: range.startOffset, emptyFetches: 0 };
    while (cursor.position < range.endOffset) yield decided.add(await this.#advance(range, cursor));
  }

  async close(): Promise<void> {
    await Promise.all([this.#consumer.close(true), this.#admin.close()]);
  }

  async #advance(range: { topic: string; partition: number }, cursor: Cursor): Promise<readonly RecordsBatch[]> {
    const batches = await this.#fetch(range, cursor.position);
    const last = batches.at(-1);
    if (last !== undefined) cursor.position = Math.max(cursor.position, Number(last.firstOffset) + last.lastOffsetDelta + 1);
    cursor.emptyFetches = last === undefined ? cursor.emptyFetches + 1 : 0;
    if (cursor.emptyFetches < EMPTY_FETCHES_MAX) return batches;
    throw new Error(`nothing is there to read, although the log ends later: ${range.topic}-${range.partition}@${cursor.position}`);
  }

  async #fetch(range: { topic: string; partition: number }, position: number) {
    const { topics } = await this.#consumer.metadata({ topics: [range.topic], autocreateTopics: false });
    const topic = topics.get(range.topic);
    const place = topic?.partitions[range.partition];
    if (topic === undefined || place === undefined) throw new Error(`no such partition: ${range.topic}-${range.partition}`);
    const { responses } = await this.#consumer.fetch({
      node: place.leader,
      isolationLevel: READ_UNCOMMITTED,
      minBytes: 1,
      maxBytes: FETCH_BYTES_MAX,
      maxWaitTime: FETCH_WAIT_MS,
      topics: [
        {
          topicId: topic.id,
          partitions: [
            {
              partition: range.partition,
              currentLeaderEpoch: -1,
              fetchOffset: BigInt(position),
              lastFetchedEpoch: -1,
              partitionMaxBytes: FETCH_BYTES_MAX,
            },
          ],
        },
      ],
    });
    return responses.flatMap(({ partitions }) => partitions.flatMap(({ records }) => records ?? []));
  }
}
