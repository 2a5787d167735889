import { errorFromWire, type ProduceResponse } from "@millrace/contracts";
import { type AppError, isRetriable, toAppError, topicPartitionKey } from "@millrace/model";
import type { Delivery } from "../api.ts";
import { clientErrors } from "../errors.ts";
import { TOPIC_UNHEARD_MS_MAX } from "../limits.ts";
import { backoffMs, isTransient, isUnheard } from "../retry.ts";
import type { ClientPorts } from "../api.ts";
import type { ProducedBatch } from "./batch.ts";
import { failureOf, type PartitionQueue, settleBatch } from "./partition-queue.ts";

/** A request's part for one partition. */
export interface SentBatch {
  readonly queue: PartitionQueue;
  readonly batch: ProducedBatch;
}

/** What became of the batches of one request: done, to be repeated, or failed for good; told to whoever waits. */
export interface DeliveryOwner {
  readonly ports: Pick<ClientPorts, "clock" | "random">;
  readonly numbered: boolean;
  onSettled(sent: SentBatch, delivery: Delivery): void;
  onRepeat(sent: SentBatch, error: AppError): void;
}

export function settleResponse(owner: DeliveryOwner, sent: readonly SentBatch[], response: ProduceResponse): void {
  const results = new Map(response.results.map((result) => [topicPartitionKey(result.topic, result.partition), result]));
  for (const part of sent) {
    const result = results.get(topicPartitionKey(part.queue.topic, part.queue.partition));
    if (result === undefined) repeatOrFail(owner, part, clientErrors.requestTimeout("a partition is missing in the answer"));
    else if (result.error !== undefined) repeatOrFail(owner, part, errorFromWire(result.error));
    else {
      part.queue.failures = 0;
      part.queue.unheardSinceMs = undefined;
      part.queue.remove(part.batch);
      settleBatch(part.batch, { baseOffset: Number(result.baseOffset) });
      owner.onSettled(part, deliveryOf(part, { baseOffset: Number(result.baseOffset) }));
    }
  }
}

/** The whole request failed: the connection broke, or the broker refused it. */
export function settleFailure(owner: DeliveryOwner, sent: readonly SentBatch[], failure: unknown): void {
  const error = toAppError(failure);
  for (const part of sent) {
    part.batch.outcomeUnknown = true;
    repeatOrFail(owner, part, error);
  }
}

function repeatOrFail(owner: DeliveryOwner, part: SentBatch, error: AppError): void {
  const { queue, batch } = part;
  // A gap that the batches before it leave: they failed, or a leader that was deposed has them. Only a gap behind what was acknowledged cannot be closed by a repetition.
  const followsFailure = error.code === "out-of-order-sequence" && (queue.hasBefore(batch) || queue.needsIdentity);
  if (followsFailure || isTransient(error) || mayBeHeard(error, queue, owner)) {
    // `unavailable` leaves open whether the batch was stored; `retry` and `exhausted` are refusals before the append.
    if (isRetriable(error) && error.kind === "unavailable") batch.outcomeUnknown = true;
    if (!followsFailure) queue.retryAtMs = owner.ports.clock.monotonicMs() + backoffMs(++queue.failures, owner.ports.random);
    queue.repeat(batch);
    owner.onRepeat(part, error);
    return;
  }
  if (owner.numbered) queue.needsIdentity = true;
  queue.remove(batch);
  giveUp(owner, part, error);
}

function mayBeHeard(error: AppError, queue: PartitionQueue, { ports: { clock } }: DeliveryOwner): boolean {
  if (!isUnheard(error)) return false;
  const nowMs = clock.monotonicMs();
  queue.unheardSinceMs ??= nowMs;
  return nowMs - queue.unheardSinceMs < TOPIC_UNHEARD_MS_MAX;
}

/** The batch is out of its queue and will not be stored, or nobody knows whether it was. */
export function giveUp(owner: DeliveryOwner, part: SentBatch, error: AppError): void {
  settleBatch(part.batch, failureOf(error));
  owner.onSettled(part, deliveryOf(part, { baseOffset: -1, error }));
}

function deliveryOf({ queue, batch }: SentBatch, outcome: { baseOffset: number; error?: AppError }): Delivery {
  return {
    topic: queue.topic,
    partition: queue.partition,
    recordCount: batch.recordCount,
    sentAtMs: batch.createdAtMs,
    baseOffset: outcome.baseOffset,
    error: outcome.error,
  };
}
