import { type LogPorts, type PartitionLog, restartPartitionLog, truncatePartitionLog } from "@millrace/log-engine";
import { type LeaderEpoch, type Offset, type TimestampMs, timestampMs } from "@millrace/model";
import type { Logger, Span, Tracer } from "@millrace/ports";
import { createBatchCursor } from "@millrace/records";
import { type EpochEnd, truncationOffset } from "@millrace/replication";
import { brokerErrors } from "../errors.ts";
import type { LocalPartition } from "../partitions/local-partition.ts";
import { traceBatch } from "../tracing/trace-batch.ts";

interface FollowerWork {
  readonly partition: LocalPartition;
  /** The leader epoch in which the answer was given: nothing is done in another one. */
  readonly epoch: LeaderEpoch;
}

/** Appends what the leader sent: each batch verified, each new epoch on disk before a batch of it. Sampled batches have a span until they are written. */
export async function appendReplicated(
  of: FollowerWork & { readonly batches: Uint8Array; readonly nowMs: number; readonly tracer: Tracer },
): Promise<void> {
  const { partition, epoch, batches, tracer } = of;
  const now: TimestampMs = timestampMs(of.nowMs);
  const spans: Span[] = [];
  try {
    partition.requireRoom();
    await partition.replicate(epoch, async (log, isCurrent) => {
      const cursor = createBatchCursor(batches);
      while (cursor.advance()) {
        const { partitionLeaderEpoch, baseOffset } = cursor.view;
        const mayHaveGaps = partition.config.cleanupPolicy !== "delete" || partition.config.restoreOf !== "";
        const isGap = baseOffset > log.stagedEndOffset && mayHaveGaps;
        if (partitionLeaderEpoch > log.leaderEpoch || isGap) {
          partition.write();
          if (isGap) await log.allowGapTo(baseOffset);
          if (partitionLeaderEpoch > log.leaderEpoch) await log.startLeaderEpoch(partitionLeaderEpoch);
          if (!isCurrent()) return log;
        }
        const span = traceBatch(tracer, "replicate", { topic: partition.topic, partition: partition.partition, batch: cursor.view.bytes });
        if (span !== undefined) spans.push(span);
        log.stageReplicated(cursor.view, now);
      }
      if (cursor.tail.kind !== "none") throw brokerErrors.invalidRequest("replicated records do not end with a whole batch");
      return log;
    });
  } finally {
    for (const span of spans) span.end();
  }
}

/** Cuts the log where it parts from the leader's (R1). */
export function cutDiverging(
  of: FollowerWork & { readonly leader: EpochEnd; readonly logPorts: LogPorts; readonly logger: Logger },
): Promise<void> {
  const { partition, epoch, leader } = of;
  return partition.replicate(epoch, async (log) => {
    const common = truncationOffset(leader, log.endOffsetOfEpoch(leader.leaderEpoch)) ?? log.logStartOffset;
    const offset = Math.max(common, log.logStartOffset) as Offset;
    const from = { logEndOffset: log.logEndOffset, highWatermark: log.highWatermark };
    const where = { topic: partition.topic, partition: partition.partition, offset, ...from, leaderEpoch: epoch };
    // Never by these rules; after a leader was elected that lacked acknowledged records, it must be seen.
    if (offset < log.highWatermark) of.logger.error("acknowledged records are cut off: the leader does not have them", where);
    else if (offset < log.logEndOffset) of.logger.info("unacknowledged records of a former leader are cut off", where);
    return truncatePartitionLog(log, offset, of.logPorts);
  });
}

/** Begins anew where the leader's log starts, if nothing of the own one is left there. */
export function restartAt(of: FollowerWork & { readonly startOffset: Offset; readonly logPorts: LogPorts }): Promise<void> {
  const { partition, epoch, startOffset, logPorts } = of;
  return partition.replicate(epoch, (log) =>
    startOffset < 0 || log.logEndOffset >= startOffset ? Promise.resolve(log) : restartPartitionLog(log, startOffset, logPorts),
  );
}

/** R19: the start moves on the leader, and here after it. */
export async function takeLogStart(of: FollowerWork & { readonly logStartOffset: Offset }): Promise<void> {
  const { partition, epoch, logStartOffset } = of;
  const isBehind = ({ logStartOffset: own, highWatermark }: PartitionLog): boolean => own < Math.min(logStartOffset, highWatermark);
  if (!isBehind(partition.log)) return;
  await partition.replicate(epoch, async (log) => {
    if (isBehind(log)) await log.deleteRecordsBefore(Math.min(logStartOffset, log.highWatermark) as Offset);
    return log;
  });
}
