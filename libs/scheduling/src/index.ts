export { assignTasks, type ExecutorCapacity, type TaskAssignment } from "./assign-tasks.ts";
export { findMarkConflict, type SinkMark } from "./check-marks.ts";
export type {
  CommitTag,
  JobChange,
  JobEffect,
  JobEvent,
  SourcePosition,
  SourceQuestion,
  TimerName,
  WorkerCommand,
  WorkerLayout,
  WorkerReport,
} from "./job-events.ts";
export type { JobInput, Now } from "./job-input.ts";
export { JobMachine } from "./job-machine.ts";
export {
  type BatchPlan,
  type CheckpointManifest,
  ENDED_STATES,
  JOB_RUN_STATES,
  type JobCounters,
  type JobFailure,
  type JobRecord,
  type JobRunState,
  type SourcePartition,
  type SourceRange,
  type StatePart,
} from "./job-record.ts";
export { type JobShape, shapeOf } from "./job-shape.ts";
export { canonicalPlan, type JobProgress, type PlanDecision, type PlanInput, planNextBatch, recordCount } from "./plan-batch.ts";
export type { RunProgress } from "./progress.ts";
export {
  type EventTimeOperator,
  type EventTimeSeen,
  nextWatermarks,
  type TrackedPartition,
  trackEventTimes,
  type WatermarkStep,
} from "@millrace/planner";
