import type { EventTimeSeen, WatermarkStep } from "@millrace/planner";
import type { ExecutorCapacity } from "./assign-tasks.ts";
import type { SinkMark } from "./check-marks.ts";
import type { BatchPlan, CheckpointManifest, JobFailure, JobRecord, SourcePartition, SourceRange, StatePart } from "./job-record.ts";

/** What happens to a job. */
export type JobEvent =
  | { readonly kind: "executors"; readonly live: readonly ExecutorCapacity[] }
  | { readonly kind: "sources-resolved"; readonly sources: readonly SourcePartition[] }
  /** The commit of that sequence is durable. */
  | { readonly kind: "committed"; readonly sequence: number }
  /** It cannot be made durable, and asking again would not help. */
  | { readonly kind: "commit-failed"; readonly sequence: number; readonly failure: JobFailure }
  /** Last stable offsets in the order of the job's source partitions. */
  | { readonly kind: "ends"; readonly ends: readonly number[] }
  | { readonly kind: "timer"; readonly name: TimerName }
  | { readonly kind: "worker"; readonly jobEpoch: number; readonly workerIndex: number; readonly report: WorkerReport }
  /** Brokers could not be asked: try again later. */
  | { readonly kind: "lookup-failed"; readonly failure: JobFailure; readonly retriable: boolean }
  | { readonly kind: "stop"; readonly drain: boolean }
  | { readonly kind: "savepoint"; readonly savepointId: string }
  /** On so many workers from now on, or, if undefined, on as many as the executors offer. */
  | { readonly kind: "rescale"; readonly workers: number | undefined };

export type WorkerReport =
  /** `waitsForPlan`: it may be given a batch whose plan is not stored yet; absent: it is of a version that knows no such thing. */
  | { readonly kind: "ready"; readonly shuffleAddress: string; readonly waitsForPlan?: boolean }
  | { readonly kind: "fenced" }
  | { readonly kind: "opened"; readonly marks: readonly SinkMark[]; readonly marksEndOffset: number }
  | { readonly kind: "marked"; readonly batch: number; readonly positions: readonly SourcePosition[]; readonly lagRecords: number }
  | { readonly kind: "listed"; readonly batch: number; readonly ranges: readonly SourceRange[] }
  | { readonly kind: "map-done"; readonly batch: number; readonly eventTimes: readonly EventTimeSeen[]; readonly recordsIn: number }
  | {
      readonly kind: "batch-done";
      readonly batch: number;
      readonly recordsOut: number;
      readonly lateRecords: number;
      readonly statePending: boolean;
      readonly parts: readonly StatePart[];
      readonly marksEndOffset: number;
    }
  | { readonly kind: "failed"; readonly failure: JobFailure; readonly permanent: boolean; readonly batch: number };

/** What a commit is for, for logs. */
export type CommitTag = "sources" | "epoch" | "plan" | "checkpoint" | "stop" | "rescale" | "ended";
export type TimerName = "retry-start" | "phase" | "plan" | "rescale" | "prepare";

/** What the node does for a job; answers come back as events. */
export type JobEffect =
  /** Create internal topics, find source partitions and their first (and last, if bounded) offsets. → sources-resolved */
  | { readonly kind: "resolve-sources" }
  | { readonly kind: "list-ends" }
  /** All changes or none, in order of sequence; then `committed`. */
  | { readonly kind: "commit"; readonly tag: CommitTag; readonly sequence: number; readonly changes: readonly JobChange[] }
  | { readonly kind: "start-worker"; readonly executorId: string; readonly jobEpoch: number; readonly workerIndex: number }
  | { readonly kind: "stop-worker"; readonly executorId: string; readonly jobEpoch: number; readonly workerIndex: number }
  | {
      readonly kind: "command";
      readonly executorId: string;
      readonly jobEpoch: number;
      readonly workerIndex: number;
      readonly command: WorkerCommand;
    }
  /** Replaces a timer of the same name. */
  | { readonly kind: "set-timer"; readonly name: TimerName; readonly delayMs: number }
  | { readonly kind: "cancel-timer"; readonly name: TimerName }
  /** Something that watchers see has changed. */
  | { readonly kind: "status-changed" }
  /** The job is over and its workers are killed: end what transactions they left open, so that readers need not wait for their time-out. */
  | { readonly kind: "abandon-writers"; readonly transactionalIds: readonly string[] }
  | { readonly kind: "savepoint-created"; readonly savepointId: string; readonly batch: number }
  /** Tasks are open on the new layout. `pauseMs`: since the end of the last batch on the old one. */
  | { readonly kind: "rescaled"; readonly workers: number; readonly pauseMs: number };

export type JobChange =
  | { readonly kind: "put-record"; readonly record: JobRecord }
  | { readonly kind: "put-plan"; readonly plan: BatchPlan }
  | { readonly kind: "delete-plan"; readonly batch: number }
  | { readonly kind: "put-checkpoint"; readonly manifest: CheckpointManifest }
  | { readonly kind: "delete-checkpoint"; readonly batch: number }
  | { readonly kind: "put-savepoint"; readonly savepointId: string; readonly manifest: CheckpointManifest };

export type WorkerCommand =
  | { readonly kind: "fence"; readonly transactionalIds: readonly string[] }
  | {
      readonly kind: "open";
      readonly layout: WorkerLayout;
      /** Part of the key of marks. */
      readonly incarnation: number;
      readonly zeroTimeMs: number;
      readonly transactionalId: string;
      readonly checkpointBatch: number;
      readonly parts: readonly StatePart[];
      readonly marksStartOffset: number;
    }
  /** What is there to read of these splits, before batch `batch` is planned? → listed */
  | { readonly kind: "list-sources"; readonly batch: number; readonly questions: readonly SourceQuestion[] }
  | {
      readonly kind: "run-batch";
      readonly plan: BatchPlan;
      readonly checkpoint: boolean;
      readonly checkpointedBatch: number;
      /** Continuous mode: go on reading behind this batch for the next. */
      readonly follow: boolean;
      /** False: its plan is on its way to the store, and nothing of it may be made permanent before `plan-recorded`. */
      readonly recorded: boolean;
    }
  | { readonly kind: "plan-recorded"; readonly batch: number }
  /** Continuous mode: take records as they arrive for a batch whose plan comes later; `late`: its late filters. */
  | {
      readonly kind: "follow";
      readonly batch: number;
      readonly positions: readonly SourcePosition[];
      readonly late: readonly WatermarkStep[];
    }
  /** Take no more, and say how far you came. → marked */
  | { readonly kind: "mark"; readonly batch: number };

/** The next offset of a source partition; `endOffset`: where it ends, if it does. */
export interface SourcePosition {
  readonly source: string;
  readonly index: number;
  readonly offset: number;
  readonly endOffset?: number;
}

/** From which position on, and how many steps at most. */
export interface SourceQuestion {
  readonly source: string;
  readonly index: number;
  readonly position: number;
  readonly stepsMax: number;
}

export interface WorkerLayout {
  readonly slotCount: number;
  readonly slotWorkers: readonly number[];
  readonly sources: readonly (SourcePartition & { readonly workerIndex: number })[];
  readonly workerAddresses: readonly string[];
}
