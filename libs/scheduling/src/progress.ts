import { trackedAfterRestart, trackEventTimes } from "@millrace/planner";
import type { BatchInFlight } from "./batch-in-flight.ts";
import type { CheckpointManifest, JobCounters, SourcePartition } from "./job-record.ts";
import type { JobShape } from "./job-shape.ts";
import type { JobProgress } from "./plan-batch.ts";

/** Where a running job stands, with what it has counted so far. */
export interface RunProgress extends JobProgress {
  readonly counters: JobCounters;
}

/** Before the first batch. */
export function initialProgress(job: { shape: JobShape; sources: readonly SourcePartition[]; zeroTimeMs: number }): RunProgress {
  const tracked = job.shape.eventTimes.flatMap((operator) =>
    job.sources
      .filter((source) => operator.sources.includes(source.source))
      .map((source) => ({
        operatorId: operator.id,
        source: source.source,
        index: source.index,
        maxMs: undefined,
        seenAtMs: job.zeroTimeMs,
      })),
  );
  return {
    lastBatch: 0,
    lastTimeMs: job.zeroTimeMs,
    positions: job.sources.map((source) => source.startOffset),
    tracked,
    lastWatermarks: [],
    statePending: false,
    finalDone: false,
    counters: { recordsIn: 0, recordsOut: 0, lateRecords: 0 },
  };
}

/** After the batch of a checkpoint. */
export function progressAt(checkpoint: CheckpointManifest, shape: JobShape): RunProgress {
  return {
    lastBatch: checkpoint.batch,
    lastTimeMs: checkpoint.timeMs,
    positions: checkpoint.positions,
    tracked: trackedAfterRestart(shape.eventTimes, checkpoint.tracker, {
      last: checkpoint.lastWatermarks,
      settings: shape.watermarks,
    }),
    lastWatermarks: checkpoint.lastWatermarks,
    statePending: checkpoint.statePending,
    finalDone: checkpoint.final,
    counters: checkpoint.counters,
  };
}

/** After one more batch. */
export function progressAfter(before: RunProgress, sources: readonly SourcePartition[], done: BatchInFlight): RunProgress {
  const ends = new Map(done.plan.ranges.map((range) => [`${range.source}/${range.index}`, range.endOffset]));
  return {
    lastBatch: done.plan.batch,
    lastTimeMs: done.plan.timeMs,
    positions: before.positions.map((position, i) => ends.get(`${sources[i]?.source ?? ""}/${sources[i]?.index ?? -1}`) ?? position),
    tracked: trackEventTimes(before.tracked, done.eventTimes, done.plan.timeMs),
    lastWatermarks: done.plan.watermarks,
    statePending: done.statePending,
    finalDone: done.plan.final,
    counters: {
      recordsIn: before.counters.recordsIn + done.recordsIn,
      recordsOut: before.counters.recordsOut + done.recordsOut,
      lateRecords: before.counters.lateRecords + done.lateRecords,
    },
  };
}
