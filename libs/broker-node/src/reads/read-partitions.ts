import type { AbortedTransaction, Isolation } from "@millrace/log-engine";
import type { LeaderEpoch, Offset } from "@millrace/model";
import { brokerErrors } from "../errors.ts";
import type { LocalPartition } from "../partitions/local-partition.ts";
import type { RpcContext } from "../rpc/rpc-context.ts";
import { mayBeDeposed } from "./may-be-deposed.ts";

/** One partition of a fetch, of either door. */
export interface ReadTarget {
  readonly topic: string;
  /** The incarnation that is meant; absent: the one of that name now. */
  readonly topicId?: string | undefined;
  readonly partition: number;
  readonly offset: Offset;
  readonly maxBytes: number;
  /** The epoch in which the reader believes the leader to lead; undefined: it does not say. */
  readonly leaderEpoch: number | undefined;
  /** Read from a follower, too (KIP-392): the reader knows that it may lag behind. */
  readonly mayFollow?: boolean;
  /** Nothing that begins here or later is wanted. */
  readonly endOffset: Offset;
  /** Epoch of the last record that the reader has; absent: it does not say. If the log has another history, it is told where they part. */
  readonly lastFetchedEpoch?: LeaderEpoch | undefined;
}

/** What a read of one partition gave. Chunks are views on the tail cache or on a buffer of the read: never changed, and not copied on their way. */
export interface PartitionRead {
  readonly kind: "read";
  readonly partition: LocalPartition;
  readonly chunks: readonly Uint8Array[];
  readonly sizeBytes: number;
  readonly nextOffset: Offset;
  /** See ReadResult of the log. */
  readonly release: () => void;
  /** As they were at the read: what is said of them agrees with the chunks. */
  readonly highWatermark: Offset;
  readonly lastStableOffset: Offset;
  readonly logStartOffset: Offset;
  readonly aborted: readonly AbortedTransaction[];
  /** Greatest epoch here that is at most the reader's, and where it ends: what the reader has from there on is not in this log. */
  readonly diverging: { readonly leaderEpoch: number; readonly endOffset: number } | undefined;
}

export type ReadPart = PartitionRead | { readonly kind: "failed"; readonly error: unknown; readonly topic: string };

export interface ReadPass {
  /** In the order of the targets. */
  readonly parts: readonly ReadPart[];
  readonly sizeBytes: number;
  /** A partition has an error or a diverging epoch: answer at once (G17). */
  readonly isUrgent: boolean;
}

/** Gives back the memory of all that a pass has read; nobody may have a view of its chunks any more. */
export function release({ parts }: ReadPass): void {
  for (const part of parts) if (part.kind === "read") part.release();
}

/** Reads each target once, within `maxBytes` for all: the first that has records gives one batch at least, later ones what is left (G18). With 0 no records. */
export function readPartitions(
  targets: readonly ReadTarget[],
  options: { readonly isolation: Isolation; readonly maxBytes: number },
  context: RpcContext,
): ReadPass {
  let bytesLeft = options.maxBytes;
  let sizeBytes = 0;
  let isUrgent = false;
  const parts: ReadPart[] = [];
  for (const target of targets) {
    try {
      const partition = readableOf(target, context);
      if (target.offset > partition.log.logEndOffset && mayBeDeposed(target, context))
        throw brokerErrors.offsetNotAvailable({ topic: target.topic, partition: target.partition, offset: target.offset });
      const part = readPartition(partition, target, {
        isolation: options.isolation,
        maxBytes: Math.min(target.maxBytes, bytesLeft),
        minOneBatch: options.maxBytes > 0 && sizeBytes === 0,
      });
      sizeBytes += part.sizeBytes;
      bytesLeft = Math.max(0, bytesLeft - part.sizeBytes);
      if (part.diverging !== undefined) isUrgent = true;
      parts.push(part);
    } catch (error) {
      isUrgent = true;
      parts.push({ kind: "failed", error, topic: target.topic });
    }
  }
  return { parts, sizeBytes, isUrgent };
}

/** Counts what is answered: a long poll may have read the same records several times before. */
export function countAnswered({ parts }: ReadPass, { metrics }: Pick<RpcContext, "metrics">): void {
  for (const part of parts) {
    if (part.kind === "failed") metrics.failedFetchRequests.add(1, { topic: part.topic });
    else if (part.sizeBytes > 0) {
      metrics.fetchRequests.add(1, part.partition.labels);
      metrics.bytesOut.add(part.sizeBytes, part.partition.labels);
    }
  }
}

type Wanted = Pick<ReadTarget, "topic" | "topicId" | "partition" | "leaderEpoch">;

/** The partition, if this broker leads it in the epoch that the caller named; throws what the caller should hear. */
export function leaderOf(wanted: Wanted, context: Pick<RpcContext, "replicas" | "stopping">): LocalPartition {
  return readableOf(wanted, context);
}

/** The same; a follower's too, where the caller may read from one. */
function readableOf(
  { topic, topicId, partition, leaderEpoch, mayFollow = false }: Wanted & Pick<ReadTarget, "mayFollow">,
  { replicas, stopping }: Pick<RpcContext, "replicas" | "stopping">,
): LocalPartition {
  if (stopping.aborted) throw brokerErrors.stopping();
  const local = mayFollow ? replicas.requireReadable(topic, partition) : replicas.requireLeader(topic, partition);
  if (topicId !== undefined && topicId !== local.log.identity.topicId) throw brokerErrors.inconsistentTopicId({ topic, topicId });
  const current = local.readableEpoch ?? -1;
  if (leaderEpoch === undefined || leaderEpoch === current) return local;
  const context = { topic, partition, leaderEpoch, currentLeaderEpoch: current };
  throw leaderEpoch < current ? brokerErrors.fencedEpoch(context) : brokerErrors.unknownEpoch(context);
}

function readPartition(
  partition: LocalPartition,
  { offset, endOffset, lastFetchedEpoch }: ReadTarget,
  options: { isolation: Isolation; maxBytes: number; minOneBatch: boolean },
): PartitionRead {
  const { log } = partition;
  const { highWatermark, lastStableOffset, logStartOffset } = log;
  const state = { kind: "read", partition, highWatermark, lastStableOffset, logStartOffset } as const;
  const diverging = lastFetchedEpoch === undefined ? undefined : divergenceOf(partition, { offset, epoch: lastFetchedEpoch });
  if (diverging !== undefined) return { ...state, ...nothing(offset), diverging };
  const isCommitted = options.isolation === "read-committed";
  const visibleEndOffset = isCommitted ? lastStableOffset : highWatermark;
  const { maxBytes, minOneBatch } = options;
  const read = log.read({ offset, maxBytes, endOffset: Math.min(visibleEndOffset, endOffset) as Offset, minOneBatch });
  const aborted = isCommitted && read.sizeBytes > 0 ? log.abortedTransactions(offset, read.nextOffset) : [];
  return { ...state, ...read, aborted, diverging };
}

function nothing(nextOffset: Offset): Pick<PartitionRead, "chunks" | "sizeBytes" | "nextOffset" | "release" | "aborted"> {
  return { chunks: [], sizeBytes: 0, nextOffset, release: () => undefined, aborted: [] };
}

/** Where the log parts from a reader whose last record, below `offset`, is of `epoch`; undefined: it does not. */
function divergenceOf({ log }: LocalPartition, { offset, epoch }: { offset: Offset; epoch: LeaderEpoch }): PartitionRead["diverging"] {
  const end = log.endOffsetOfEpoch(epoch);
  // The log begins in a later epoch: a reader that stands there, or before, has seen all of its own that ever was.
  if (end === undefined) return offset <= log.logStartOffset ? undefined : { leaderEpoch: -1, endOffset: -1 };
  return end.leaderEpoch < epoch || end.endOffset < offset ? end : undefined;
}
