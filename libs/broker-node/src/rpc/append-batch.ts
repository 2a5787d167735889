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

/** A batch and where it goes. */
export interface BatchAppend {
  readonly topic: string;
  readonly partition: number;
  readonly batch: Uint8Array;
}

/** What a produce request asks for all of its partitions. */
export interface AppendRequest {
  readonly acks: Acks;
  readonly transactionalId: string;
  readonly traceparent: string | undefined;
  readonly deadline: ProduceDeadline;
  /** Monotonic. */
  readonly startedMs: number;
}

/** What a produce answer says of one partition. */
export interface PartitionResult {
  readonly topic: string;
  readonly partition: number;
  /** -1 where there is none, as the others. */
  readonly baseOffset: number;
  readonly logAppendTimeMs: number;
  readonly logStartOffset: number;
  readonly error?: ReturnType<typeof errorToWire>;
}

/**
 * Appends one batch to a partition that this broker leads and calls `done` once when it is as durable as `acks` and the topic's `flush` ask: a refusal is an answer,
 * and so is a time-out. What can be staged at once is staged before this returns, so that requests keep their order; nobody looks at the batch's bytes after that.
 */
export function appendBatch(
  target: BatchAppend,
  request: AppendRequest,
  context: RpcContext,
  done: (result: PartitionResult) => void,
): void {
  const { metrics, ports } = context;
  const span = ports.tracer.isOn ? traceBatch(ports.tracer, "append", { ...target, traceparent: request.traceparent }) : undefined;
  const failed = (error: unknown): void => {
    const labels = { topic: target.topic };
    metrics.produceRequests.add(1, labels);
    metrics.failedProduceRequests.add(1, labels);
    span?.end(error);
    done(failureOf(target, error));
  };
  const wait = ({ append, partition }: Staged): void => {
    append.whenStored((error) => {
      if (error !== undefined) return failed(error);
      metrics.produceRequests.add(1, partition.labels);
      metrics.appendSeconds.record((ports.clock.monotonicMs() - request.startedMs) / 1_000, undefined, span?.traceparent);
      span?.setAttribute("kafka.offset", append.result.baseOffset);
      span?.end();
      done(resultOf(append, partition));
    });
    request.deadline.limit(append);
  };
  let staged: Staged | Promise<Staged>;
  try {
    staged = stage(target, request, context);
  } catch (error) {
    failed(error);
    return;
  }
  if ("append" in staged) wait(staged);
  else request.deadline.within(staged).then(wait, failed);
}

/** The answer for a partition whose records were refused. */
export function failureOf({ topic, partition }: { topic: string; partition: number }, error: unknown): PartitionResult {
  return { topic, partition, baseOffset: -1, logAppendTimeMs: -1, logStartOffset: -1, error: errorToWire(error) };
}

interface Staged {
  readonly append: Append;
  readonly partition: LocalPartition;
}

/** Stages at once, unless the transaction has to be verified first: then a copy, later. */
function stage(target: BatchAppend, request: AppendRequest, context: RpcContext): Staged | Promise<Staged> {
  const { topic, batch } = target;
  const { transactionalId } = request;
  if (context.stopping.aborted) throw brokerErrors.stopping();
  const partition = context.replicas.requireLeader(topic, target.partition);
  if (topic === TRANSACTION_STATE_TOPIC || topic === GROUP_OFFSETS_TOPIC) throw brokerErrors.internalTopic(topic);
  const view = batch.length >= BATCH_HEADER_BYTES ? new RecordBatchView(batch) : undefined;
  if (view?.isTransactional !== true) return stageNow(batch, false, partition, { request, context });
  if (transactionalId === "") throw brokerErrors.invalidRequest("transactional batches need the request's transactional_id", { topic });
  const verified = context.verifier.verify({ transactionalId, partition, producerId: view.producerId, producerEpoch: view.producerEpoch });
  if (verified === undefined) return stageNow(batch, true, partition, { request, context });
  const kept = new Uint8Array(batch);
  return verified.then(() => {
    request.deadline.requireTime();
    return stageNow(kept, true, partition, { request, context });
  });
}

function stageNow(
  batch: Uint8Array,
  transactionVerified: boolean,
  partition: LocalPartition,
  { request, context }: { readonly request: AppendRequest; readonly context: RpcContext },
): Staged {
  const { metrics, ports } = context;
  const now = timestampMs(ports.clock.wallMs());
  const shaped = shapeBatch(batch, { config: partition.config, now }, ports);
  const durability = durabilityOf(request.acks, partition);
  const append = partition.append(shaped, { durability, now, transactionVerified, onTooFewInSync: "fail" });
  const { kind, baseOffset, lastOffset } = append.result;
  if (kind === "appended") {
    metrics.bytesIn.add(batch.length, partition.labels);
    metrics.messagesIn.add(lastOffset - baseOffset + 1, partition.labels);
  }
  return { append, partition };
}

function durabilityOf(acks: Acks, partition: LocalPartition): Durability | undefined {
  if (acks === Acks.NONE) return undefined;
  if (acks === Acks.LEADER) return partition.config.flush === "ack" ? "synced" : "written";
  return "committed";
}

function resultOf({ result }: Append, { topic, partition, log }: LocalPartition): PartitionResult {
  return { topic, partition, baseOffset: result.baseOffset, logAppendTimeMs: result.logAppendTime, logStartOffset: log.logStartOffset };
}
