import { topicPartitionKey } from "@millrace/model";
import { type DecodedRecord, readRecords } from "@millrace/records";
import { BoundedQueue } from "@millrace/stdx";
import type { Assignment, Consumer, FetchedChunk, PartitionRecords } from "../api.ts";
import { committedBatches } from "../committed-batches.ts";
import { clientErrors } from "../errors.ts";
import type { ConsumerSettings } from "../settings.ts";
import { listOffsets } from "./list-offsets.ts";
import { type FetchContext, streamPartition } from "./partition-stream.ts";

type ConsumerContext = FetchContext & { readonly requestTimeoutMs: number };

/** Builds a consumer; nothing is read before `assign`. */
export function createConsumer(settings: ConsumerSettings, context: ConsumerContext): Consumer {
  return new AssignedConsumer(settings, context);
}

interface Arrived {
  readonly reader: PartitionReader;
  readonly chunk: FetchedChunk;
}

/** One assigned partition: what runs for it, and where the caller stands. */
interface PartitionReader {
  readonly assignment: Assignment;
  readonly abort: AbortController;
  position: number | undefined;
}

class AssignedConsumer implements Consumer {
  readonly #settings: ConsumerSettings;
  readonly #context: ConsumerContext;
  readonly #readers = new Map<string, PartitionReader>();
  // Readers hold what they fetched ahead; here only the next group of each waits, so the bound is one chunk per partition.
  readonly #arrived = new BoundedQueue<Arrived>({ weightMax: 1 });
  readonly #iterator: AsyncGenerator<Arrived, void, undefined>;
  #pending: Promise<IteratorResult<Arrived, void>> | undefined;
  #closed = false;

  constructor(settings: ConsumerSettings, context: ConsumerContext) {
    this.#settings = settings;
    this.#context = context;
    this.#iterator = this.#arrived[Symbol.asyncIterator]();
  }

  assign(assignments: readonly Assignment[]): void {
    if (this.#closed) throw clientErrors.closed();
    for (const reader of this.#readers.values()) reader.abort.abort();
    this.#readers.clear();
    for (const assignment of assignments) this.#start(assignment);
  }

  async assignTopic(topic: string, offset: Assignment["offset"]): Promise<void> {
    const { partitions } = await this.#context.metadata.topic(topic);
    this.assign(partitions.map(({ partition }) => ({ topic, partition, offset })));
  }

  seek(assignment: Assignment): void {
    if (this.#closed) throw clientErrors.closed();
    this.#readers.get(topicPartitionKey(assignment.topic, assignment.partition))?.abort.abort();
    this.#start(assignment);
  }

  async poll({ timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal }): Promise<PartitionRecords | undefined> {
    const { clock } = this.#context.ports;
    const deadlineMs = clock.monotonicMs() + timeoutMs;
    for (;;) {
      const result = await this.#next({ delayMs: Math.max(0, deadlineMs - clock.monotonicMs()), signal });
      if (result === undefined || result.done === true) return undefined;
      const records = this.#deliver(result.value);
      if (records !== undefined) return records;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<PartitionRecords, void, undefined> {
    for (;;) {
      const result = await this.#next(undefined);
      if (result === undefined || result.done === true) return;
      const records = this.#deliver(result.value);
      if (records !== undefined) yield records;
    }
  }

  position(target: { topic: string; partition: number }): number | undefined {
    return this.#readers.get(topicPartitionKey(target.topic, target.partition))?.position;
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const reader of this.#readers.values()) reader.abort.abort();
    this.#arrived.end();
    return Promise.resolve();
  }

  /** The next arrival; undefined when the time is over first. An arrival asked for stays asked for. */
  async #next(
    limit: { delayMs: number; signal?: AbortSignal | undefined } | undefined,
  ): Promise<IteratorResult<Arrived, void> | undefined> {
    this.#pending ??= this.#iterator.next();
    const pending = this.#pending;
    const result = limit === undefined ? await pending : await Promise.race([pending, this.#timeout(limit)]);
    if (result !== undefined) this.#pending = undefined;
    return result;
  }

  #timeout({ delayMs, signal }: { delayMs: number; signal?: AbortSignal | undefined }): Promise<undefined> {
    return new Promise((resolve) => {
      const timer = this.#context.ports.clock.setTimer(delayMs, () => resolve(undefined));
      const onAbort = (): void => {
        timer.cancel();
        resolve(undefined);
      };
      if (signal?.aborted === true) onAbort();
      else signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  #start(assignment: Assignment): void {
    const { topic, partition, offset } = assignment;
    const reader: PartitionReader = { assignment, abort: new AbortController(), position: typeof offset === "number" ? offset : undefined };
    this.#readers.set(topicPartitionKey(topic, partition), reader);
    void this.#run(reader);
  }

  async #run(reader: PartitionReader): Promise<void> {
    const { topic, partition, offset } = reader.assignment;
    const { signal } = reader.abort;
    try {
      const startOffset = typeof offset === "number" ? offset : await this.#resolve({ topic, partition, at: offset });
      for await (const chunk of streamPartition({ topic, partition, startOffset, ...this.#settings }, this.#context, signal)) {
        if (!(await this.#arrived.push({ reader, chunk }))) return;
      }
    } catch (error) {
      if (!signal.aborted) this.#arrived.end(error);
    }
  }

  async #resolve(spec: { topic: string; partition: number; at: "earliest" | "latest" }): Promise<number> {
    const [answer] = await listOffsets([spec], this.#settings.isolation, this.#context);
    return answer?.offset ?? 0;
  }

  #deliver({ reader, chunk }: Arrived): PartitionRecords | undefined {
    const { topic, partition } = reader.assignment;
    if (reader.abort.signal.aborted) return undefined; // assigned or sought anew meanwhile
    const records = decode(chunk, reader.position ?? 0, this.#context);
    reader.position = chunk.nextOffset;
    const { nextOffset, highWatermark, lastStableOffset } = chunk;
    return records.length === 0 ? undefined : { topic, partition, records, nextOffset, highWatermark, lastStableOffset };
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
