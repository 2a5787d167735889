import { Acks, errorToWire } from "@millrace/contracts";
import { GROUP_OFFSETS_TOPIC, timestampMs, TRANSACTION_STATE_TOPIC } from "@millrace/model";
import { BATCH_HEADER_BYTES, RecordBatchView } from "@millrace/records";
import { brokerErrors } from "../errors.ts";
import type { Durability } from "../partitions/append-waiters.ts";
import type { Append } from "../partitions/append.ts";
import type { LocalPartition } from "../partitions/local-partition.ts";
import { shapeBatch } from "../partitions/shape-batch.ts";
import type { ProduceDeadline } from "./produce-deadline.ts";
import type { RpcContext } from "./rpc-context.ts";
import { traceBatch } from "../tracing/trace-batch.ts";

export interface AppendRequest {
  readonly topic: string;
  readonly partition: number;
  readonly batch: Uint8Array;
  readonly acks: Acks;
  readonly transactionalId: string;
  readonly traceparent: string | undefined;
  readonly deadline: ProduceDeadline;
}

/** What a produce answer says of one partition. */
export interface PartitionResult {
  readonly topic: string;
  readonly partition: number;
  readonly baseOffset: bigint;
  readonly logAppendTimeMs: bigint;
  readonly logStartOffset: bigint;
  readonly error?: ReturnType<typeof errorToWire>;
}

/**
 * Appends one batch to a partition that this broker leads and resolves when it is as durable as `acks` and the topic's `flush` ask. Never rejects: a
 * refusal is an answer, and so is a time-out. What can be staged at once is staged before this returns, so that requests keep their order. Once it has resolved
 * nobody looks at the batch again: what is late and not staged by then never will be.
 */
export function appendBatch(request: AppendRequest, context: RpcContext): Promise<PartitionResult> {
  const { metrics, ports } = context;
  const startedMs = ports.clock.monotonicMs();
  const labels = { topic: request.topic };
  const span = traceBatch(ports.tracer, "append", request);
  metrics.produceRequests.add(1, labels);
  return stageAndWait(request, context).then(
    ({ append, partition }) => {
      metrics.appendSeconds.record((ports.clock.monotonicMs() - startedMs) / 1_000, undefined, span?.traceparent);
      span?.setAttribute("kafka.offset", append.result.baseOffset);
      span?.end();
      return resultOf(request, append, partition);
    },
    (error: unknown) => {
      metrics.failedProduceRequests.add(1, labels);
      span?.end(error);
      return failureOf(request, error);
    },
  );
}

/** The answer for a partition whose records were refused. */
export function failureOf(target: { topic: string; partition: number }, error: unknown): PartitionResult {
  const { topic, partition } = target;
  return { topic, partition, baseOffset: -1n, logAppendTimeMs: -1n, logStartOffset: -1n, error: errorToWire(error) };
}

interface Staged {
  readonly append: Append;
  readonly partition: LocalPartition;
}

async function stageAndWait(request: AppendRequest, context: RpcContext): Promise<Staged> {
  const staged = stage(request, context);
  const { append, partition } = "append" in staged ? staged : await request.deadline.within(staged);
  const stopWatching = append.giveUp === undefined ? undefined : request.deadline.onOver(append.giveUp);
  try {
    await append.stored;
  } finally {
    stopWatching?.();
  }
  return { append, partition };
}

/** Stages at once, unless the transaction has to be verified first. */
function stage(request: AppendRequest, context: RpcContext): Staged | Promise<Staged> {
  const { topic, batch, transactionalId } = request;
  if (context.stopping.aborted) throw brokerErrors.stopping();
  const partition = context.replicas.requireLeader(topic, request.partition);
  if (topic === TRANSACTION_STATE_TOPIC || topic === GROUP_OFFSETS_TOPIC) throw brokerErrors.internalTopic(topic);
  const view = batch.length >= BATCH_HEADER_BYTES ? new RecordBatchView(batch) : undefined;
  const appendNow = (transactionVerified: boolean): Staged => {
    const now = timestampMs(context.ports.clock.wallMs());
    const shaped = shapeBatch(batch, { config: partition.config, now }, context.ports);
    const append = partition.append(shaped, {
      durability: durabilityOf(request.acks, partition),
      now,
      transactionVerified,
      onTooFewInSync: "fail",
    });
    if (append.result.kind === "appended") {
      context.metrics.bytesIn.add(batch.length, { topic });
      context.metrics.messagesIn.add(append.result.lastOffset - append.result.baseOffset + 1, { topic });
    }
    return { append, partition };
  };
  if (view?.isTransactional !== true) return appendNow(false);
  if (transactionalId === "") throw brokerErrors.invalidRequest("transactional batches need the request's transactional_id", { topic });
  const verified = context.verifier.verify({ transactionalId, partition, producerId: view.producerId, producerEpoch: view.producerEpoch });
  return verified === undefined
    ? appendNow(true)
    : verified.then(() => {
        request.deadline.requireTime();
        return appendNow(true);
      });
}

function durabilityOf(acks: Acks, partition: LocalPartition): Durability | undefined {
  if (acks === Acks.NONE) return undefined;
  if (acks === Acks.LEADER) return partition.config.flush === "ack" ? "synced" : "written";
  return "committed";
}

function resultOf({ topic, partition }: AppendRequest, append: Append, local: LocalPartition): PartitionResult {
  return {
    topic,
    partition,
    baseOffset: BigInt(append.result.baseOffset),
    logAppendTimeMs: BigInt(append.result.logAppendTime),
    logStartOffset: BigInt(local.log.logStartOffset),
  };
}
