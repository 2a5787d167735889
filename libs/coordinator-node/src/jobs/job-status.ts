import type { MessageInitShape } from "@bufbuild/protobuf";
import { errorToWire, JobState, type JobStatusSchema } from "@millrace/contracts";
import { AppError, type ErrorKind } from "@millrace/model";
import type { JobRunState } from "@millrace/scheduling";
import type { JobRunner } from "./job-runner.ts";

const STATES: Readonly<Record<JobRunState, JobState>> = {
  waiting: JobState.WAITING,
  starting: JobState.STARTING,
  running: JobState.RUNNING,
  recovering: JobState.RECOVERING,
  draining: JobState.DRAINING,
  finished: JobState.FINISHED,
  stopped: JobState.STOPPED,
  failed: JobState.FAILED,
};

/** What users see of a job. Counters of an ended job are those of its last checkpoint. */
export function statusOf(runner: JobRunner): MessageInitShape<typeof JobStatusSchema> {
  const { record, progress, figures } = runner.machine;
  const counters = progress?.counters ?? runner.stored.checkpoint?.counters;
  const watermarks: Record<string, bigint> = {};
  for (const step of progress?.lastWatermarks ?? []) {
    if (step.evictMs !== undefined && Number.isFinite(step.evictMs)) watermarks[step.operatorId] = BigInt(Math.floor(step.evictMs));
  }
  return {
    jobId: record.jobId,
    name: record.name,
    state: STATES[record.state],
    jobEpoch: BigInt(record.jobEpoch),
    incarnation: record.incarnation,
    lastBatchPlanned: BigInt(figures.lastPlanned),
    lastBatchDone: BigInt(progress?.lastBatch ?? figures.lastCheckpoint),
    lastCheckpointBatch: BigInt(figures.lastCheckpoint),
    recordsIn: BigInt(counters?.recordsIn ?? 0),
    recordsOut: BigInt(counters?.recordsOut ?? 0),
    lateRecords: BigInt(counters?.lateRecords ?? 0),
    lagRecords: BigInt(figures.lagRecords),
    watermarks,
    restarts: record.restarts,
    workers: figures.workers,
    recordsPerSecond: runner.recordsPerSecond,
    submittedAtMs: BigInt(record.submittedAtMs),
    endedAtMs: BigInt(record.endedAtMs ?? 0),
    lastBatchMs: figures.lastBatchMs,
    workersAsked: record.workersAsked ?? 0,
    rescaling: figures.rescaling,
    lastRescalePauseMs: figures.lastRescalePauseMs,
    ...(figures.start === undefined ? {} : { start: figures.start }),
    ...(record.error === undefined ? {} : { error: errorToWire(errorOf(record.error)) }),
  };
}

function errorOf(failure: { kind: string; code: string; message: string; context: Readonly<Record<string, string>> }): AppError {
  return new AppError({ kind: failure.kind as ErrorKind, code: failure.code, message: failure.message, context: failure.context });
}
