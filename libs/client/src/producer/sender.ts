import { Acks } from "@millrace/contracts";
import { toAppError } from "@millrace/model";
import type { Timer } from "@millrace/ports";
import type { ClientPorts } from "../api.ts";
import { clientErrors } from "../errors.ts";
import { REQUEST_BYTES_MAX, TOPIC_UNHEARD_MS_MAX } from "../limits.ts";
import type { Metadata } from "../metadata.ts";
import { backoffMs, isTransient } from "../retry.ts";
import type { AcksSetting, ProducerSettings } from "../settings.ts";
import { BrokerStream } from "./broker-stream.ts";
import { type DeliveryOwner, giveUp, type SentBatch, settleFailure, settleResponse } from "./delivery.ts";
import type { PartitionQueue } from "./partition-queue.ts";
import type { Transaction } from "./transaction.ts";

const ACKS: Readonly<Record<AcksSetting, Acks>> = { none: Acks.NONE, leader: Acks.LEADER, all: Acks.ALL };

interface SenderContext {
  readonly ports: ClientPorts;
  readonly metadata: Metadata;
  readonly requestTimeoutMs: number;
  readonly owner: DeliveryOwner;
  readonly transaction: Transaction | undefined;
  /** Gives a queue new numbers. */
  renew(queue: PartitionQueue): Promise<void>;
}

/**
 * Moves batches from partition queues to the leaders' streams. Everything that became ready in one turn leaves together: one request per broker with
 * at most one batch per partition, several requests under way.
 */
export class Sender {
  readonly #settings: ProducerSettings;
  readonly #context: SenderContext;
  readonly #streams = new Map<string, BrokerStream>();
  readonly #dirty = new Set<PartitionQueue>();
  readonly #busy = new Set<PartitionQueue>();
  /** Partitions whose first batch of the transaction is ready. */
  readonly #toAdd: PartitionQueue[] = [];
  readonly #dirtyWhenRoom = new Set<PartitionQueue>();
  readonly #timers = new Map<PartitionQueue, Timer>();
  #scheduled = false;
  #closed = false;

  constructor(settings: ProducerSettings, context: SenderContext) {
    this.#settings = settings;
    this.#context = context;
  }

  /** Looks at the queue at the end of this turn. */
  schedule(queue: PartitionQueue): void {
    this.#dirty.add(queue);
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (!this.#closed) this.#drain();
    });
  }

  refreshMetadata(): void {
    this.#context.metadata.refresh().catch(() => undefined); // the repetition that follows meets the same error and reports it
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) timer.cancel();
    for (const stream of this.#streams.values()) stream.close();
  }

  #drain(): void {
    const queues = [...this.#dirty];
    this.#dirty.clear();
    const ready = queues.filter((queue) => this.#prepare(queue));
    this.#addToTransaction();
    while (this.#sendRound(ready));
  }

  /** True if something of the queue can leave now; otherwise whatever it waits for schedules it again. */
  #prepare(queue: PartitionQueue): boolean {
    const nowMs = this.#context.ports.clock.monotonicMs();
    for (const batch of queue.takeExpired(nowMs)) {
      if (this.#context.owner.numbered) queue.needsIdentity = true;
      giveUp(
        this.#context.owner,
        { queue, batch },
        clientErrors.deliveryTimeout({ topic: queue.topic, partition: queue.partition }, undefined),
      );
    }
    if (this.#busy.has(queue)) return false;
    if (queue.needsIdentity) {
      if (queue.inFlightCount === 0) this.#whileBusy(queue, this.#context.renew(queue));
      return false;
    }
    if (!queue.canSend) return false;
    if (queue.retryAtMs > nowMs) return this.#later(queue, queue.retryAtMs - nowMs);
    if (!queue.hasWaiting && !this.#closeIfDue(queue, nowMs)) return false;
    return this.#isInTransaction(queue);
  }

  #closeIfDue(queue: PartitionQueue, nowMs: number): boolean {
    if (queue.openBytes === 0) return false;
    const waitMs = queue.openedAtMs + this.#settings.lingerMs - nowMs;
    if (this.#settings.lingerMs > 0 && waitMs > 0) return this.#later(queue, waitMs);
    queue.closeOpenBatch();
    return true;
  }

  #isInTransaction(queue: PartitionQueue): boolean {
    const { transaction } = this.#context;
    const { topic, partition, identity } = queue;
    if (transaction === undefined || identity === undefined || transaction.has(topic, partition)) return true;
    if (transaction.failure !== undefined) {
      for (const batch of queue.takeAllWaiting())
        giveUp(this.#context.owner, { queue, batch }, clientErrors.transactionFailed(transaction.failure));
      return false;
    }
    const adding = transaction.adding(topic, partition);
    if (adding === undefined) this.#toAdd.push(queue);
    else this.#whileBusy(queue, adding);
    return false;
  }

  /** Tells the coordinator of all partitions that this turn brought into the transaction, in one call. */
  #addToTransaction(): void {
    const { transaction } = this.#context;
    const queues = this.#toAdd.splice(0);
    const identity = queues[0]?.identity;
    if (transaction === undefined || identity === undefined) return;
    const added = transaction.add(
      identity,
      queues.map(({ topic, partition }) => ({ topic, partition })),
    );
    for (const queue of queues) this.#whileBusy(queue, added);
  }

  /** One request to each broker; true if there may be more to send. */
  #sendRound(queues: readonly PartitionQueue[]): boolean {
    const byStream = new Map<BrokerStream, SentBatch[]>();
    const bytes = new Map<BrokerStream, number>();
    for (const queue of queues) {
      if (!queue.hasWaiting || !queue.canSend) continue;
      const stream = this.#streamFor(queue);
      if (stream === undefined || !stream.hasRoom || (bytes.get(stream) ?? 0) > REQUEST_BYTES_MAX) {
        if (stream !== undefined) this.#dirtyWhenRoom.add(queue);
        continue;
      }
      const batch = queue.take();
      if (batch === undefined) continue;
      const parts = byStream.get(stream) ?? [];
      parts.push({ queue, batch });
      byStream.set(stream, parts);
      bytes.set(stream, (bytes.get(stream) ?? 0) + batch.bytes.length);
    }
    for (const [stream, parts] of byStream) this.#sendTo(stream, parts);
    return byStream.size > 0;
  }

  #sendTo(stream: BrokerStream, parts: readonly SentBatch[]): void {
    const { owner } = this.#context;
    const request = {
      partitions: parts.map(({ queue, batch }) => ({
        topic: queue.topic,
        partition: queue.partition,
        data: { case: "batch" as const, value: batch.bytes },
      })),
      acks: ACKS[this.#settings.acks],
      timeoutMs: this.#context.requestTimeoutMs,
      transactionalId: this.#settings.transactionalId ?? "",
    };
    stream.send(request, (answer) => {
      if ("response" in answer) settleResponse(owner, parts, answer.response);
      else settleFailure(owner, parts, answer.error);
      for (const { queue } of parts) this.schedule(queue);
      for (const queue of this.#dirtyWhenRoom) this.schedule(queue);
      this.#dirtyWhenRoom.clear();
    });
  }

  #streamFor(queue: PartitionQueue): BrokerStream | undefined {
    const address = this.#context.metadata.leaderAddress(queue.topic, queue.partition);
    if (address === undefined) {
      this.#giveUpIfGone(queue);
      queue.retryAtMs = this.#context.ports.clock.monotonicMs() + backoffMs(++queue.failures, this.#context.ports.random);
      this.#whileBusy(
        queue,
        this.#context.metadata.refresh().catch(() => undefined),
      );
      return undefined;
    }
    let stream = this.#streams.get(address);
    if (stream === undefined) {
      stream = new BrokerStream(
        address,
        { requestTimeoutMs: this.#context.requestTimeoutMs, onSilent: (silent) => void this.#lookFor(silent) },
        this.#context.ports,
      );
      this.#streams.set(address, stream);
    }
    return stream;
  }

  /** A leader did not know the topic, and the others know it no more. */
  #giveUpIfGone(queue: PartitionQueue): void {
    const { ports, metadata, owner } = this.#context;
    const { topic, unheardSinceMs } = queue;
    if (unheardSinceMs === undefined || metadata.cached(topic) !== undefined) return;
    if (ports.clock.monotonicMs() - unheardSinceMs < TOPIC_UNHEARD_MS_MAX) return;
    for (const batch of queue.takeAllWaiting()) giveUp(owner, { queue, batch }, clientErrors.unknownTopic(topic));
  }

  /** A leader that hangs has clients wait for their connection to fail, which takes many times as long as an election (P11). Slow ones are waited for. */
  async #lookFor(silent: BrokerStream): Promise<void> {
    const { metadata } = this.#context;
    await metadata.refreshWithout(silent.address).catch(() => undefined); // it is asked again while it is silent
    const unanswered = silent.pendingPartitions;
    const isLeader = ({ topic, partition }: { topic: string; partition: number }): boolean => {
      const leader = metadata.leaderAddress(topic, partition);
      return leader === undefined || leader === silent.address;
    };
    if (!this.#closed && unanswered.length > 0 && !unanswered.some(isLeader)) silent.abandon();
  }

  /** Leaves the queue alone until the work is done; a failed work is tried again after a while. */
  #whileBusy(queue: PartitionQueue, work: Promise<void>): void {
    this.#busy.add(queue);
    work
      .catch((error: unknown) => {
        queue.retryAtMs = this.#context.ports.clock.monotonicMs() + backoffMs(++queue.failures, this.#context.ports.random);
        if (isTransient(error)) return;
        for (const batch of queue.takeAllWaiting()) giveUp(this.#context.owner, { queue, batch }, toAppError(error));
      })
      .finally(() => {
        this.#busy.delete(queue);
        if (!queue.isEmpty) this.schedule(queue);
      })
      .catch(() => undefined);
  }

  #later(queue: PartitionQueue, delayMs: number): false {
    if (!this.#timers.has(queue)) {
      const timer = this.#context.ports.clock.setTimer(delayMs, () => {
        this.#timers.delete(queue);
        this.schedule(queue);
      });
      this.#timers.set(queue, timer);
    }
    return false;
  }
}
