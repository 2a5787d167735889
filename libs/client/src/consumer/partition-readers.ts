import { AppError, type TopicPartition, topicPartitionKey } from "@millrace/model";
import { type DecodedRecord, readRecords } from "@millrace/records";
import { createDeferred, type Deferred } from "@millrace/stdx";
import type { Assignment, FetchedChunk, PartitionRecords, StartOffset } from "../api.ts";
import type { GroupOffset } from "../group-api.ts";
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
  /** Leader epoch of what was read before `position`. */
  epoch: number | undefined;
  /** Of what the log has lost, until it is told with records. */
  truncation: PartitionRecords["truncation"];
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
  start({ topic, partition, offset, leaderEpoch }: Assignment, readersMax = this.#readers.size + 1): void {
    const isPaused = this.#readers.get(topicPartitionKey(topic, partition))?.isPaused ?? false;
    this.stop({ topic, partition });
    const position = typeof offset === "number" ? offset : undefined;
    const fresh = { abort: new AbortController(), head: undefined, taken: createDeferred<void>(), failure: undefined };
    const reader: Reader = { topic, partition, position, epoch: leaderEpoch, truncation: undefined, isPaused, ...fresh };
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
      epoch: undefined,
      truncation: undefined,
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

  /** Where the caller stands, as a group keeps it. */
  offsetOf({ topic, partition }: TopicPartition): GroupOffset | undefined {
    const { position: offset, epoch: leaderEpoch } = this.#readers.get(topicPartitionKey(topic, partition)) ?? {};
    return offset === undefined ? undefined : { topic, partition, offset, leaderEpoch };
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
      reader.epoch = chunk.lastEpoch;
      reader.head = undefined;
      reader.taken.resolve();
      if (records.length === 0) continue;
      const truncation = reader.truncation === undefined ? {} : { truncation: reader.truncation };
      reader.truncation = undefined;
      return { topic, partition, records, nextOffset, highWatermark, lastStableOffset, ...truncation };
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
        const options = { topic, partition, startOffset, lastFetchedEpoch: reader.epoch, isolation: this.#settings.isolation, ...bounds };
        for await (const chunk of streamPartition(options, this.#context, signal)) await this.#offer(reader, chunk);
        return;
      } catch (error) {
        const next = isStopped() ? undefined : this.#afterLoss(reader, error);
        if (next === undefined) {
          reader.failure = error;
          this.#waker.wake();
          return;
        }
        start = next;
        reader.epoch = undefined;
      }
    }
  }

  /** Where to go on without the records that are gone; undefined: the caller decides. */
  #afterLoss(reader: Reader, error: unknown): StartOffset | undefined {
    const { offsetReset } = this.#settings;
    if (!(error instanceof AppError) || offsetReset === "none") return undefined;
    if (error.code === "offset-out-of-range") return offsetReset;
    if (error.code !== "log-truncated") return undefined;
    const { position = 0 } = reader;
    // A leader that has more of the epoch before: the reader has not seen that, and what of it is below its position it cannot know.
    const offset = Math.min(Number(error.context["divergingOffset"]), position);
    reader.truncation = { offset, position };
    return offset < 0 ? offsetReset : offset;
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
