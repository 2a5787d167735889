import type { AppError, TimestampMs } from "@millrace/model";
import { BatchBuilder, createBatchCursor, recordBytesUpperBound, type RecordHeader, sequenceAfter } from "@millrace/records";
import { assert } from "@millrace/stdx";
import type { ClientPorts, ProducerRecord } from "../api.ts";
import { BATCH_GROWTH_BYTES_MAX, BATCHES_IN_FLIGHT_PER_PARTITION_MAX } from "../limits.ts";
import type { ProducerSettings } from "../settings.ts";
import type { BatchOutcome, BatchWaiter, ProducedBatch } from "./batch.ts";
import type { ProducerIdentity } from "./identity.ts";
import { stampProducer } from "./stamp-producer.ts";

const NO_HEADERS: readonly RecordHeader[] = [];

/**
 * Records of one partition on their way: an open batch, closed ones that wait, and those in flight. Batches leave in order and carry consecutive
 * sequences. After a failure nothing new leaves until every answer is in; then the failed ones go first, with their old sequences, so that
 * a broker recognises what it has already (G27). A batch given up takes the sent ones behind it along, and the rest starts under a new identity.
 */
export class PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  /** Monotonic time before which nothing is sent, after a failure. */
  retryAtMs = 0;
  /** Failures since the last success. */
  failures = 0;
  /** Monotonic time since which no leader knows the topic. */
  unheardSinceMs: number | undefined;
  /** The numbers of batches to come are of no use any more: a new producer id (or epoch) is needed once nothing is in flight. */
  needsIdentity = false;
  readonly #settings: ProducerSettings;
  readonly #ports: ClientPorts;
  readonly #builder: BatchBuilder;
  readonly #batchBytesMax: number;
  #openedAtMs = 0;
  #openWaiters: BatchWaiter[] = [];
  #waiting: ProducedBatch[] = [];
  #inFlight: ProducedBatch[] = [];
  #identity: ProducerIdentity | undefined;
  #nextSequence = 0;
  /** A batch of this identity was answered. */
  #isKnown = false;

  constructor(
    target: { topic: string; partition: number; maxMessageBytes?: number | undefined },
    settings: ProducerSettings,
    ports: ClientPorts,
  ) {
    this.topic = target.topic;
    this.#batchBytesMax = Math.max(settings.batchBytes, Math.min(BATCH_GROWTH_BYTES_MAX, target.maxMessageBytes ?? BATCH_GROWTH_BYTES_MAX));
    this.partition = target.partition;
    this.#settings = settings;
    this.#ports = ports;
    this.#builder = new BatchBuilder({ crc32c: ports.crc32c, ...(ports.compression === undefined ? {} : { codecs: ports.compression }) });
  }

  /** Copies a record into the open batch; true when a batch was closed by it. */
  append(record: ProducerRecord, timestampMs: number, waiter?: (indexInBatch: number) => BatchWaiter): boolean {
    const key = record.key ?? null;
    const headers = record.headers ?? NO_HEADERS;
    const builder = this.#builder;
    const closes =
      builder.recordCount > 0 && builder.sizeInBytes + recordBytesUpperBound(key, record.value, headers) > this.#batchBytesNow();
    if (closes) this.closeOpenBatch();
    if (builder.recordCount === 0) this.#openedAtMs = this.#ports.clock.monotonicMs();
    builder.append(timestampMs as TimestampMs, key, record.value, headers);
    if (waiter !== undefined) this.#openWaiters.push(waiter(builder.recordCount - 1));
    return closes;
  }

  #batchBytesNow(): number {
    return this.#waiting.length > 0 || this.#inFlight.length >= BATCHES_IN_FLIGHT_PER_PARTITION_MAX
      ? this.#batchBytesMax
      : this.#settings.batchBytes;
  }

  get openBytes(): number {
    return this.#builder.recordCount === 0 ? 0 : this.#builder.sizeInBytes;
  }

  get openedAtMs(): number {
    return this.#openedAtMs;
  }

  get inFlightCount(): number {
    return this.#inFlight.length;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#inFlight.length === 0 && this.#builder.recordCount === 0;
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  get canSend(): boolean {
    return this.#inFlight.length < this.#inFlightMax && !this.repeating && !this.needsIdentity;
  }

  /**
   * One until the first answer: a broker that knows nothing of a producer takes any sequence from it. The second batch could come to a new leader in time while the first
   * met an old one, and would be stored without it. Later such a batch is refused for its gap.
   */
  get #inFlightMax(): number {
    return this.#identity === undefined || this.#isKnown ? BATCHES_IN_FLIGHT_PER_PARTITION_MAX : 1;
  }

  /** A sent batch failed; new ones wait until all answers are in. */
  get repeating(): boolean {
    return this.#inFlight.some((batch) => batch.state === "to repeat");
  }

  /** One before it has no good answer yet: it is with another leader still, or is to be repeated. */
  hasBefore(batch: ProducedBatch): boolean {
    return this.#inFlight[0] !== batch;
  }

  /** Closes the open batch, so that it can leave. */
  closeOpenBatch(): void {
    const builder = this.#builder;
    const { recordCount, sizeInBytes } = builder;
    if (recordCount === 0) return;
    const identity = this.#identity;
    const { compression } = this.#settings;
    const bytes =
      identity === undefined
        ? builder.build({ compression })
        : builder.build({
            compression,
            ...identity,
            baseSequence: this.#nextSequence,
            transactional: this.#settings.transactionalId !== undefined,
          });
    this.#nextSequence = sequenceAfter(this.#nextSequence, recordCount);
    this.#enqueue(bytes, { recordCount, bufferedBytes: sizeInBytes, waiters: this.#openWaiters, createdAtMs: this.#openedAtMs });
    this.#openWaiters = [];
  }

  /** Takes a batch that someone else built, behind what was sent before. Its bytes are stamped in place. */
  addBatch(bytes: Uint8Array, waiter: BatchWaiter): ProducedBatch {
    this.closeOpenBatch();
    const cursor = createBatchCursor(bytes);
    const whole = cursor.advance() && cursor.endPosition === bytes.length;
    assert(whole, "produceBatch takes exactly one whole record batch");
    const { recordCount } = cursor.view;
    if (this.#identity !== undefined) this.#stamp(bytes, recordCount);
    return this.#enqueue(bytes, {
      recordCount,
      bufferedBytes: bytes.length,
      waiters: [waiter],
      createdAtMs: this.#ports.clock.monotonicMs(),
    });
  }

  /** Next batch to leave; counts as in flight from now on. */
  take(): ProducedBatch | undefined {
    const batch = this.#waiting.shift();
    if (batch === undefined) return undefined;
    batch.state = "sent";
    batch.attempts++;
    this.#inFlight.push(batch);
    return batch;
  }

  /** Leaves the queue, stored or refused for good. */
  remove(batch: ProducedBatch): void {
    const index = this.#inFlight.indexOf(batch);
    assert(index >= 0, "answer for a batch that is not in flight");
    this.#inFlight.splice(index, 1);
    this.#isKnown = true;
    this.#requeueWhenDrained();
  }

  /** Goes again once all answers are in. */
  repeat(batch: ProducedBatch): void {
    batch.state = "to repeat";
    this.#requeueWhenDrained();
  }

  /** Batches that have passed their deadline and do not wait for an answer; and, if they may be stored, the sent ones behind them. */
  takeExpired(nowMs: number): ProducedBatch[] {
    const first = this.#waiting[0];
    if (this.#inFlight.length > 0 || first === undefined || first.deadlineMs > nowMs) return [];
    const expired = this.#waiting.filter((batch) => batch.deadlineMs <= nowMs || batch.outcomeUnknown);
    this.#waiting = this.#waiting.filter((batch) => !expired.includes(batch));
    return expired;
  }

  /** Everything that is not in flight, to be given up. */
  takeAllWaiting(): ProducedBatch[] {
    this.closeOpenBatch();
    return this.#waiting.splice(0);
  }

  /** Batches that may be stored under the old identity: they must not go again under another. */
  takeUnknown(): ProducedBatch[] {
    const unknown = this.#waiting.filter((batch) => batch.outcomeUnknown);
    this.#waiting = this.#waiting.filter((batch) => !batch.outcomeUnknown);
    return unknown;
  }

  /** Numbers everything that waits anew, from sequence 0. Only while nothing is in flight. */
  setIdentity(identity: ProducerIdentity): void {
    assert(this.#inFlight.length === 0, "identity changes while batches are in flight");
    this.#identity = identity;
    this.#nextSequence = 0;
    this.#isKnown = false;
    this.needsIdentity = false;
    for (const batch of this.#waiting) this.#stamp(batch.bytes, batch.recordCount);
  }

  get identity(): ProducerIdentity | undefined {
    return this.#identity;
  }

  /** Every batch that has not been settled. */
  outstanding(): readonly ProducedBatch[] {
    return [...this.#inFlight, ...this.#waiting];
  }

  #stamp(bytes: Uint8Array, recordCount: number): void {
    const identity = this.#identity;
    assert(identity !== undefined, "stamp without identity");
    stampProducer(
      bytes,
      { identity, baseSequence: this.#nextSequence, transactional: this.#settings.transactionalId !== undefined },
      this.#ports.crc32c,
    );
    this.#nextSequence = sequenceAfter(this.#nextSequence, recordCount);
  }

  #enqueue(
    bytes: Uint8Array,
    of: { recordCount: number; bufferedBytes: number; waiters: BatchWaiter[]; createdAtMs: number },
  ): ProducedBatch {
    const deadlineMs = of.createdAtMs + this.#settings.deliveryTimeoutMs;
    const batch: ProducedBatch = { bytes, ...of, deadlineMs, attempts: 0, outcomeUnknown: false, state: "waiting" };
    this.#waiting.push(batch);
    return batch;
  }

  #requeueWhenDrained(): void {
    if (this.#inFlight.some((batch) => batch.state === "sent")) return;
    for (const batch of this.#inFlight) batch.state = "waiting";
    this.#waiting.unshift(...this.#inFlight.splice(0));
  }
}

/** Tells everyone who waits for the batch. */
export function settleBatch(batch: ProducedBatch, outcome: BatchOutcome): void {
  for (const waiter of batch.waiters.splice(0)) waiter.settle(outcome);
}

export function failureOf(error: AppError): BatchOutcome {
  return { baseOffset: -1, error };
}
