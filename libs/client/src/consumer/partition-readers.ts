import { AppError, type TopicPartition, topicPartitionKey } from "@millrace/model";
import { type DecodedRecord, readRecords } from "@millrace/records";
import { createDeferred, type Deferred } from "@millrace/stdx";
import type { Assignment, FetchedChunk, PartitionRecords, StartOffset } from "../api.ts";
import { committedBatches } from "../committed-batches.ts";
import { clientErrors } from "../errors.ts";
import { PARTITION_BYTES_MIN } from "../limits.ts";
import type { ConsumerSettings } from "../settings.ts";
import { listOffsets } from "./list-offsets.ts";
import { type FetchContext, streamPartition } from "./partition-stream.ts";
import type { Waker } from "./waker.ts";

export type ConsumerContext = FetchContext & { readonly requestTimeoutMs: number };

/** One partition that is read: what runs for it, and where the caller stands. */
interface Reader extends TopicPartition {
  readonly abort: AbortController;
  position: number | undefined;
  isPaused: boolean;
  /** Fetched, and not yet taken by the caller. */
  head: FetchedChunk | undefined;
  taken: Deferred<void>;
  failure: unknown;
}

/** The partitions that a consumer reads, side by side; each fetches ahead within its share of the bound and waits there for the caller. */
export class PartitionReaders {
  readonly #settings: ConsumerSettings;
  readonly #context: ConsumerContext;
  readonly #waker: Waker;
  readonly #readers = new Map<string, Reader>();

  constructor(settings: ConsumerSettings, context: ConsumerContext, waker: Waker) {
    this.#settings = settings;
    this.#context = context;
    this.#waker = waker;
  }

  get partitions(): readonly TopicPartition[] {
    return [...this.#readers.values()].map(({ topic, partition }) => ({ topic, partition }));
  }

  has({ topic, partition }: TopicPartition): boolean {
    return this.#readers.has(topicPartitionKey(topic, partition));
  }

  /** Reads on from here; in place of what was read of the partition before, paused if that was. `readersMax`: how many there will be, to divide the bound. */
  start({ topic, partition, offset }: Assignment, readersMax = this.#readers.size + 1): void {
    const isPaused = this.#readers.get(topicPartitionKey(topic, partition))?.isPaused ?? false;
    this.stop({ topic, partition });
    const position = typeof offset === "number" ? offset : undefined;
    const fresh = { abort: new AbortController(), head: undefined, taken: createDeferred<void>(), failure: undefined };
    const reader: Reader = { topic, partition, position, isPaused, ...fresh };
    this.#readers.set(topicPartitionKey(topic, partition), reader);
    void this.#run(reader, offset, readersMax);
  }

  /** It cannot be read for this reason, until it is sought. */
  fail({ topic, partition }: TopicPartition, failure: unknown): void {
    const abort = new AbortController();
    const reader: Reader = {
      topic,
      partition,
      position: undefined,
      isPaused: false,
      abort,
      head: undefined,
      taken: createDeferred(),
      failure,
    };
    this.#readers.set(topicPartitionKey(topic, partition), reader);
  }

  stop({ topic, partition }: TopicPartition): void {
    const key = topicPartitionKey(topic, partition);
    const reader = this.#readers.get(key);
    if (reader === undefined) return;
    this.#readers.delete(key);
    reader.abort.abort();
    reader.taken.resolve();
  }

  stopAll(): void {
    for (const reader of [...this.#readers.values()]) this.stop(reader);
  }

  /** What was fetched stays; nothing more of it is delivered until it goes on. */
  setPaused(partitions: readonly TopicPartition[], isPaused: boolean): void {
    for (const partition of partitions) this.#require(partition).isPaused = isPaused;
    if (!isPaused) this.#waker.wake();
  }

  get paused(): readonly TopicPartition[] {
    return [...this.#readers.values()].filter(({ isPaused }) => isPaused).map(({ topic, partition }) => ({ topic, partition }));
  }

  position({ topic, partition }: TopicPartition): number | undefined {
    return this.#readers.get(topicPartitionKey(topic, partition))?.position;
  }

  /** The next group of records that has arrived, partitions by turns; undefined if none has. Throws what ended a partition, each time until it is sought or given up. */
  take(): PartitionRecords | undefined {
    for (const reader of [...this.#readers.values()]) {
      if (reader.failure !== undefined) throw reader.failure as Error;
      const chunk = reader.isPaused ? undefined : reader.head;
      if (chunk === undefined) continue;
      const { topic, partition } = reader;
      const key = topicPartitionKey(topic, partition);
      this.#readers.delete(key); // behind all the others
      this.#readers.set(key, reader);
      const records = decode(chunk, reader.position ?? 0, this.#context);
      const { nextOffset, highWatermark, lastStableOffset } = chunk;
      reader.position = nextOffset;
      reader.head = undefined;
      reader.taken.resolve();
      if (records.length > 0) return { topic, partition, records, nextOffset, highWatermark, lastStableOffset };
    }
    return undefined;
  }

  async #run(reader: Reader, offset: StartOffset, readersMax: number): Promise<void> {
    const { topic, partition } = reader;
    const { signal } = reader.abort;
    const isStopped = (): boolean => signal.aborted;
    const share = Math.floor(this.#settings.prefetchBytes / readersMax);
    const bounds = {
      prefetchBytes: Math.max(share, 1),
      partitionBytesMax: Math.min(this.#settings.partitionBytesMax, Math.max(share, PARTITION_BYTES_MIN)),
    };
    let start = offset;
    while (!isStopped()) {
      try {
        const startOffset = typeof start === "number" ? start : await this.#resolve({ topic, partition, at: start });
        if (isStopped()) return;
        reader.position = startOffset;
        const options = { topic, partition, startOffset, isolation: this.#settings.isolation, ...bounds };
        for await (const chunk of streamPartition(options, this.#context, signal)) await this.#offer(reader, chunk);
        return;
      } catch (error) {
        const isGone = error instanceof AppError && error.code === "offset-out-of-range";
        const { offsetReset } = this.#settings;
        if (isGone && offsetReset !== "none" && !isStopped()) start = offsetReset;
        else {
          reader.failure = error;
          this.#waker.wake();
          return;
        }
      }
    }
  }

  async #offer(reader: Reader, chunk: FetchedChunk): Promise<void> {
    if (reader.abort.signal.aborted) return;
    reader.taken = createDeferred<void>();
    reader.head = chunk;
    this.#waker.wake();
    await reader.taken.promise;
  }

  async #resolve(spec: { topic: string; partition: number; at: "earliest" | "latest" }): Promise<number> {
    const [answer] = await listOffsets([spec], this.#settings.isolation, this.#context);
    return answer?.offset ?? 0;
  }

  #require({ topic, partition }: TopicPartition): Reader {
    const reader = this.#readers.get(topicPartitionKey(topic, partition));
    if (reader === undefined) throw clientErrors.notAssigned({ topic, partition });
    return reader;
  }
}

function decode(chunk: FetchedChunk, fromOffset: number, context: ConsumerContext): DecodedRecord[] {
  const records: DecodedRecord[] = [];
  const { compression } = context.ports;
  for (const batch of committedBatches(chunk)) {
    for (const record of readRecords(batch, compression === undefined ? {} : { codecs: compression }))
      if (record.offset >= fromOffset) records.push(record);
  }
  return records;
}
