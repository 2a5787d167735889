import { AppError, toAppError, type TopicPartition } from "@millrace/model";
import { NO_TRACER } from "@millrace/ports";
import { partitionOfKey } from "@millrace/records";
import { createDeferred, type Deferred } from "@millrace/stdx";
import type { ClientPorts, Delivery, Producer, ProducerRecord } from "../api.ts";
import { GroupCalls } from "../consumer/group-calls.ts";
import { clientErrors } from "../errors.ts";
import type { GroupIdentity, GroupOffset } from "../group-api.ts";
import { BUFFER_OVERRUN_FACTOR } from "../limits.ts";
import type { Metadata } from "../metadata.ts";
import type { ProducerSettings } from "../settings.ts";
import { type BatchWaiter, bothWaiters, recordWaiter } from "./batch.ts";
import { type DeliveryOwner, giveUp, type SentBatch } from "./delivery.ts";
import { freshIdentity, type ProducerIdentity, TransactionCoordinatorCalls } from "./identity.ts";
import { PartitionQueue } from "./partition-queue.ts";
import { RecordTraces } from "./record-trace.ts";
import { Sender } from "./sender.ts";
import { Transaction } from "./transaction.ts";

export interface ProducerContext {
  readonly ports: ClientPorts;
  readonly metadata: Metadata;
  readonly retryForMs: number;
  readonly requestTimeoutMs: number;
}

interface TopicRoute {
  readonly queues: PartitionQueue[];
  /** Partition of records without key, until its batch is full. */
  sticky: number;
}

/** Builds a producer; it asks nothing of the cluster before `open` or the first record. */
export function createProducer(settings: ProducerSettings, context: ProducerContext): Producer {
  if (settings.transactionalId !== undefined || settings.idempotent) {
    if (settings.acks !== "all") {
      throw new AppError({
        kind: "invalid",
        code: "invalid-producer-settings",
        message: "idempotent and transactional producers need acks=all: set acks or idempotent=false",
      });
    }
  }
  return new BatchingProducer(settings, context);
}

class BatchingProducer implements Producer, DeliveryOwner {
  readonly ports: ClientPorts;
  readonly numbered: boolean;
  readonly #settings: ProducerSettings;
  readonly #context: ProducerContext;
  readonly #traces: RecordTraces;
  readonly #routes = new Map<string, TopicRoute>();
  readonly #sender: Sender;
  readonly #transaction: Transaction | undefined;
  readonly #listeners: ((delivery: Delivery) => void)[] = [];
  #readyWaiters: Deferred<void>[] = [];
  #identity: Promise<ProducerIdentity> | undefined;
  #turnWallMs: number | undefined;
  #bufferedBytes = 0;
  #failure: AppError | undefined;
  #closed = false;

  constructor(settings: ProducerSettings, context: ProducerContext) {
    this.#settings = settings;
    this.#context = context;
    this.ports = context.ports;
    this.#traces = new RecordTraces(context.ports.tracer ?? NO_TRACER);
    this.numbered = settings.idempotent || settings.transactionalId !== undefined;
    const { transactionalId } = settings;
    if (transactionalId !== undefined) {
      const calls = new TransactionCoordinatorCalls({ ...context, retryForMs: settings.deliveryTimeoutMs }, transactionalId);
      this.#transaction = new Transaction(calls, settings.transactionTimeoutMs);
    }
    this.#sender = new Sender(settings, {
      ...context,
      owner: this,
      transaction: this.#transaction,
      renew: (queue) => this.#renewIdentity(queue),
    });
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  async open(topics: readonly string[]): Promise<void> {
    this.#assertOpen();
    if (this.numbered) await this.#ensureIdentity();
    await Promise.all(topics.map((topic) => this.#route(topic)));
  }

  send(topic: string, record: ProducerRecord): boolean {
    const traced = this.#traces.begin(topic, record);
    if (traced === undefined) this.#append(topic, record);
    else this.#append(topic, traced.record, () => traced.waiter);
    return this.#bufferedBytes < this.#settings.bufferBytes;
  }

  async sendAndWait(topic: string, record: ProducerRecord): Promise<{ partition: number; offset: number }> {
    if (!this.#routes.has(topic)) await this.open([topic]);
    if (this.#bufferedBytes >= this.#settings.bufferBytes) await this.ready();
    const stored = createDeferred<number>();
    const traced = this.#traces.begin(topic, record);
    const queue = this.#append(topic, traced?.record ?? record, (indexInBatch) => {
      const waiter = recordWaiter(stored, indexInBatch);
      return traced === undefined ? waiter : bothWaiters(traced.waiter, waiter);
    });
    return { partition: queue.partition, offset: await stored.promise };
  }

  async produceBatch(target: { topic: string; partition: number }, batch: Uint8Array): Promise<{ baseOffset: number }> {
    if (!this.#routes.has(target.topic)) await this.open([target.topic]);
    if (this.#bufferedBytes >= this.#settings.bufferBytes) await this.ready();
    this.#assertCanSend();
    const queue = this.#queueOf(target.topic, target.partition);
    const stored = createDeferred<number>();
    this.#bufferedBytes += queue.addBatch(batch, recordWaiter(stored, 0)).bufferedBytes;
    this.#sender.schedule(queue);
    return { baseOffset: await stored.promise };
  }

  ready(): Promise<void> {
    if (this.#bufferedBytes < this.#settings.bufferBytes) return Promise.resolve();
    const room = createDeferred<void>();
    this.#readyWaiters.push(room);
    return room.promise;
  }

  async flush(): Promise<void> {
    await this.#drained();
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  onDelivery(listener: (delivery: Delivery) => void): void {
    this.#listeners.push(listener);
  }

  beginTransaction(options: { partitions?: readonly TopicPartition[] } = {}): void {
    this.#assertOpen();
    this.#requireTransaction().begin(options.partitions);
    this.#failure = undefined;
  }

  async sendOffsetsToTransaction(offsets: readonly GroupOffset[], group: GroupIdentity): Promise<void> {
    const transaction = this.#requireTransaction();
    this.#assertCanSend();
    if (offsets.length === 0) return;
    try {
      const identity = await this.#ensureIdentity();
      await transaction.addGroup(identity, group.groupId);
      const owner = { ...identity, transactionalId: transaction.transactionalId };
      await new GroupCalls(group.groupId, this.#context).commitInTransaction(offsets, group, owner);
    } catch (error) {
      transaction.fail(toAppError(error)); // committed without them, records would be made again from the same input
      throw error;
    }
  }

  async commitTransaction(): Promise<void> {
    const transaction = this.#requireTransaction();
    await this.#drained();
    if (transaction.failure !== undefined) throw clientErrors.transactionFailed(transaction.failure, { ...transaction.failedAt });
    await transaction.end(await this.#ensureIdentity(), { commit: true });
  }

  async abortTransaction(): Promise<void> {
    const transaction = this.#requireTransaction();
    transaction.assertOpen();
    this.#discard(clientErrors.transactionState("the transaction was aborted before this record was sent"));
    await this.#drained();
    await transaction.end(await this.#ensureIdentity(), { commit: false });
    this.#failure = undefined;
    // A bumped epoch fences whatever of the aborted transaction is still on its way; sequences start again.
    this.#identity = undefined;
    const identity = await this.#ensureIdentity();
    for (const queue of this.#queues()) queue.setIdentity(identity);
  }

  async close(options: { discard?: boolean } = {}): Promise<void> {
    if (this.#closed) return;
    if (options.discard === true) this.#discard(clientErrors.closed());
    const flushed = options.discard === true ? Promise.resolve() : this.flush();
    await flushed.finally(() => {
      this.#closed = true;
      this.#sender.close();
    });
  }

  /** @internal */
  onSettled({ batch, queue: { topic, partition } }: SentBatch, delivery: Delivery): void {
    this.#bufferedBytes -= batch.bufferedBytes;
    if (delivery.error !== undefined) {
      this.#failure ??= delivery.error;
      this.#transaction?.fail(delivery.error, { topic, partition });
    }
    for (const listener of this.#listeners) listener(delivery);
    if (this.#bufferedBytes < this.#settings.bufferBytes) for (const waiter of this.#readyWaiters.splice(0)) waiter.resolve();
  }

  /** @internal */
  onRepeat(sent: SentBatch, error: AppError): void {
    if (error.code === "not-leader" || error.kind === "unavailable") this.#sender.refreshMetadata();
    this.#sender.schedule(sent.queue);
  }

  #append(topic: string, record: ProducerRecord, waiter?: (indexInBatch: number) => BatchWaiter): PartitionQueue {
    this.#assertCanSend();
    if (this.#bufferedBytes > this.#settings.bufferBytes * BUFFER_OVERRUN_FACTOR)
      throw clientErrors.bufferFull({ bufferedBytes: this.#bufferedBytes });
    const route = this.#routes.get(topic);
    if (route === undefined) throw clientErrors.topicNotOpened(topic);
    const partition = record.partition ?? this.#partitionFor(route, record);
    const queue = route.queues[partition];
    if (queue === undefined) throw clientErrors.unknownPartition({ topic, partition });
    const bytesBefore = queue.openBytes;
    const closed = queue.append(record, record.timestampMs ?? this.#turnMs(), waiter);
    this.#bufferedBytes += closed ? queue.openBytes : queue.openBytes - bytesBefore;
    if (closed && record.partition === undefined && partition === route.sticky) route.sticky = this.#nextSticky(route);
    if (closed || bytesBefore === 0) this.#sender.schedule(queue);
    return queue;
  }

  /** Wall time, read once per turn: reading it for each of a million records a second would cost a tenth of a core. */
  #turnMs(): number {
    if (this.#turnWallMs === undefined) {
      this.#turnWallMs = this.ports.clock.wallMs();
      queueMicrotask(() => {
        this.#turnWallMs = undefined;
      });
    }
    return this.#turnWallMs;
  }

  #partitionFor(route: TopicRoute, record: ProducerRecord): number {
    return record.key === undefined || record.key === null ? route.sticky : partitionOfKey(record.key, route.queues.length);
  }

  #nextSticky(route: TopicRoute): number {
    return (route.sticky + 1 + Math.floor(this.ports.random.next() * Math.max(1, route.queues.length - 1))) % route.queues.length;
  }

  /** The topic's route; asked for again, it has the partitions that were added since. */
  async #route(topic: string): Promise<TopicRoute> {
    const { partitions, configs } = await this.#context.metadata.topic(topic, { fresh: this.#routes.has(topic) });
    const identity = this.numbered ? await this.#ensureIdentity() : undefined;
    const route = this.#routes.get(topic) ?? { queues: [], sticky: Math.floor(this.ports.random.next() * partitions.length) };
    const maxMessageBytes = configs["max.message.bytes"] === undefined ? undefined : Number(configs["max.message.bytes"]);
    for (let partition = route.queues.length; partition < partitions.length; partition++) {
      const queue = new PartitionQueue({ topic, partition, maxMessageBytes }, this.#settings, this.ports);
      if (identity !== undefined) queue.setIdentity(identity);
      route.queues.push(queue);
    }
    this.#routes.set(topic, route);
    return route;
  }

  #ensureIdentity(): Promise<ProducerIdentity> {
    this.#identity ??= (this.#transaction === undefined ? freshIdentity(this.#context) : this.#transaction.init()).catch(
      (error: unknown) => {
        this.#identity = undefined;
        throw error;
      },
    );
    return this.#identity;
  }

  /** A failed batch left a gap in a partition's sequences: what waits behind it goes on under numbers of its own. */
  async #renewIdentity(queue: PartitionQueue): Promise<void> {
    const error = clientErrors.deliveryTimeout({ topic: queue.topic, partition: queue.partition }, this.#failure);
    for (const batch of queue.takeUnknown()) giveUp(this, { queue, batch }, error);
    if (this.#transaction !== undefined) {
      for (const batch of queue.takeAllWaiting()) giveUp(this, { queue, batch }, clientErrors.transactionFailed(this.#failure));
      return; // the abort that has to follow brings a new epoch
    }
    queue.setIdentity(await freshIdentity(this.#context));
  }

  /** Resolves when all that was sent before is settled, well or not. */
  async #drained(): Promise<void> {
    const waiting: Promise<void>[] = [];
    for (const queue of this.#queues()) {
      queue.closeOpenBatch();
      const outstanding = queue.outstanding();
      const last = outstanding.at(-1);
      if (last === undefined) continue;
      for (const batch of outstanding) {
        const settled = createDeferred<void>();
        batch.waiters.push({ settle: () => settled.resolve() });
        waiting.push(settled.promise);
      }
      this.#sender.schedule(queue);
    }
    await Promise.all(waiting);
  }

  #discard(error: AppError): void {
    for (const queue of this.#queues()) {
      const waiting = queue.takeAllWaiting();
      if (waiting.length > 0 && this.numbered) queue.needsIdentity = true;
      for (const batch of waiting) giveUp(this, { queue, batch }, error);
    }
  }

  *#queues(): Generator<PartitionQueue> {
    for (const { queues } of this.#routes.values()) yield* queues;
  }

  #queueOf(topic: string, partition: number): PartitionQueue {
    const queue = this.#routes.get(topic)?.queues[partition];
    if (queue === undefined) throw clientErrors.unknownPartition({ topic, partition });
    return queue;
  }

  #requireTransaction(): Transaction {
    if (this.#transaction === undefined) throw clientErrors.notTransactional();
    return this.#transaction;
  }

  #assertCanSend(): void {
    this.#assertOpen();
    this.#transaction?.assertOpen();
  }

  #assertOpen(): void {
    if (this.#closed) throw clientErrors.closed();
  }
}
