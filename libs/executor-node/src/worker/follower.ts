import { type Client, committedBatches, type FetchedChunk } from "@millrace/client";
import type { BatchPlan, SourcePartitionOwner } from "@millrace/contracts";
import { type JobGraph, toAppError } from "@millrace/model";
import { type CompressionCodecs, RecordOffsets } from "@millrace/records";
import { createDeferred, type Deferred } from "@millrace/stdx";
import { errors } from "../errors.ts";
import { RANGE_PREFETCH_BYTES } from "../limits.ts";

/** Takes the records of one decoded record batch, as the batch that is open now reads them. */
export type TakeRecords = (records: RecordOffsets, from: SourcePartitionOwner, range: { startOffset: number; endOffset: number }) => void;

export interface FollowerPorts {
  readonly client: Client;
  readonly compression: CompressionCodecs;
  /** Resolves when what takes records has room again; undefined when it has now. */
  readonly ready: () => Promise<void> | undefined;
  /** Told at once; `mark` and `settle` throw it again. */
  readonly onFailure: (error: Error) => void;
}

interface Reader {
  readonly source: SourcePartitionOwner;
  /** Where a bounded source ends; else beyond every offset. */
  readonly endOffset: number;
  /** The next to be taken. */
  offset: number;
  lastStableOffset: number;
}

/**
 * Continuous mode: follows the ends of this worker's partitions and gives their records to the batch that is open, as they arrive and at most `recordsMax`
 * of them. From `mark` to the next `open` records wait in the fetch buffers, so that what was given is just what the marker says.
 */
export class Follower {
  readonly #ports: FollowerPorts;
  readonly #readers: readonly Reader[];
  readonly #recordsMax: number;
  readonly #records = new RecordOffsets();
  readonly #stop = new AbortController();
  readonly #running: Promise<unknown>;
  /** Of the batch that is open. */
  #take: TakeRecords | undefined;
  /** Nothing may be taken now; readers wait for `#opened`. */
  #isHeld = true;
  #opened: Deferred<void> = createDeferred<void>();
  #taken = 0;
  #oldestMs = Infinity;
  #failure: Error | undefined;

  constructor(readers: readonly Omit<Reader, "lastStableOffset">[], recordsMax: number, ports: FollowerPorts) {
    this.#ports = ports;
    this.#recordsMax = recordsMax;
    this.#readers = readers.map((reader) => ({ ...reader, lastStableOffset: reader.offset }));
    this.#running = Promise.all(this.#readers.map((reader) => this.#follow(reader)));
    this.#running.catch((error: unknown) => this.#fail(toAppError(error)));
  }

  /** From now on records go to `take`. */
  open(take: TakeRecords): void {
    this.#take = take;
    this.#taken = 0;
    this.#oldestMs = Infinity;
    this.#goOn();
  }

  /** Goes on with the same batch, after a marker that made none. */
  resume(): void {
    this.#goOn();
  }

  /** No record is given after this; throws what went wrong with one before. */
  mark(): { readonly positions: readonly { source: string; index: number; offset: number }[]; readonly lagRecords: number } {
    this.#isHeld = true;
    if (this.#failure !== undefined) throw this.#failure;
    const positions = this.#readers.map(({ source: { source, index }, offset }) => ({ source, index, offset }));
    const lags = this.#readers.map(({ offset, lastStableOffset, endOffset }) =>
      Math.max(0, Math.min(lastStableOffset, endOffset) - offset),
    );
    return { positions, lagRecords: lags.reduce((sum, lag) => sum + lag, 0) };
  }

  /** Least timestamp of the record batches since `open`; Infinity without any. Throws if the plan does not end where the marker found this worker. */
  settle(plan: BatchPlan): number {
    if (this.#failure !== undefined) throw this.#failure;
    for (const { source, offset } of this.#readers) {
      const range = plan.ranges.find((candidate) => candidate.source === source.source && candidate.index === source.index);
      if (range !== undefined && Number(range.endOffset) !== offset)
        throw errors.protocol("plan of a batch whose records are read already");
    }
    return this.#oldestMs;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#opened.resolve();
    await this.#running.catch(() => undefined);
  }

  async #follow(reader: Reader): Promise<void> {
    const { source, endOffset, offset } = reader;
    const range = { topic: source.topic, partition: source.partition, startOffset: offset, endOffset };
    const { signal } = this.#stop;
    try {
      for await (const chunk of this.#ports.client.fetchRange(range, {
        isolation: "committed",
        prefetchBytes: RANGE_PREFETCH_BYTES,
        signal,
      })) {
        await this.#untilOpen();
        if (signal.aborted) return;
        this.#give(chunk, reader);
        await this.#ports.ready();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #give(chunk: FetchedChunk, reader: Reader): void {
    const { source, offset: startOffset, endOffset } = reader;
    for (const batch of committedBatches(chunk)) {
      this.#records.decode(batch, { codecs: this.#ports.compression });
      this.#oldestMs = Math.min(this.#oldestMs, this.#records.timestamps[0] ?? Infinity);
      this.#taken += this.#records.count;
      this.#take?.(this.#records, source, { startOffset, endOffset });
    }
    reader.offset = Math.max(startOffset, Math.min(chunk.nextOffset, endOffset));
    reader.lastStableOffset = Math.max(chunk.lastStableOffset, reader.offset);
  }

  /** What takes records is broken then: it gets no more. */
  #fail(error: Error): void {
    this.#failure = error;
    this.#isHeld = true;
    this.#ports.onFailure(error);
  }

  async #untilOpen(): Promise<void> {
    while (!this.#stop.signal.aborted && (this.#isHeld || this.#taken >= this.#recordsMax)) await this.#opened.promise;
  }

  #goOn(): void {
    this.#isHeld = this.#failure !== undefined;
    const opened = this.#opened;
    this.#opened = createDeferred<void>();
    opened.resolve();
  }
}

/** A worker's share of the bound of a batch, by its part of the partitions. */
export function recordsOfWorker({ settings }: JobGraph, partitions: number, own: number): number {
  return Math.max(1, Math.ceil((settings.maxRecordsPerBatch * own) / Math.max(1, partitions)));
}
