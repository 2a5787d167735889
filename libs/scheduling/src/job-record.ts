import type { JobGraph } from "@millrace/model";
import type { TrackedPartition, WatermarkStep } from "@millrace/planner";

/** One batch as it was decided, before it ran; replays use it unchanged (DESIGN idea 4). */
export interface BatchPlan {
  readonly batch: number;
  /** On the job's grid. */
  readonly timeMs: number;
  readonly ranges: readonly SourceRange[];
  readonly watermarks: readonly WatermarkStep[];
  /** Bounded input has ended: every watermark is infinite for eviction. */
  readonly final: boolean;
  readonly digest: string;
}

export interface SourceRange {
  readonly source: string;
  readonly index: number;
  readonly startOffset: number;
  readonly endOffset: number;
  /** JSON: what a source that is no topic needs to read the range again. */
  readonly note?: string | undefined;
}

/** A partition of a topic, or a split of another source, as task `index` of a source, for the life of the job. */
export interface SourcePartition {
  readonly source: string;
  readonly index: number;
  /** Of another source what people see of it. */
  readonly topic: string;
  readonly partition: number;
  /** It is no topic: workers say what there is to read. */
  readonly connector?: string | undefined;
  readonly startOffset: number;
  /** Bounded source: where it ends. */
  readonly endOffset: number | undefined;
}

export const JOB_RUN_STATES = ["waiting", "starting", "running", "recovering", "draining", "finished", "stopped", "failed"] as const;
export type JobRunState = (typeof JOB_RUN_STATES)[number];

export const ENDED_STATES: readonly JobRunState[] = ["finished", "stopped", "failed"];

/** State of one (operator, task) after a batch, or what changed of it since the part before: where its bytes are. */
export interface StatePart {
  readonly operatorId: string;
  readonly taskIndex: number;
  readonly batch: number;
  readonly keyCount: number;
  readonly byteCount: number;
  readonly crc32c: number;
  /** Only what changed since the part before it in the manifest. */
  readonly isDelta: boolean;
  readonly location:
    | { readonly type: "inline"; readonly bytes: Uint8Array }
    | {
        readonly type: "topic";
        readonly topic: string;
        readonly partition: number;
        readonly firstOffset: number;
        readonly recordCount: number;
        /** What the keys of its records begin with: the writer's name for it. */
        readonly key: string;
      }
    /** In the job's checkpoint path, as it was when this was written. */
    | { readonly type: "file"; readonly place: string; readonly name: string };
}

/** Everything needed to go on after batch `batch`: the only thing that makes its parts count. */
export interface CheckpointManifest {
  readonly batch: number;
  readonly timeMs: number;
  readonly digest: string;
  readonly parts: readonly StatePart[];
  readonly marksEndOffset: number;
  readonly tracker: readonly TrackedPartition[];
  readonly lastWatermarks: readonly WatermarkStep[];
  /** Next offset per source partition, in order of SourcePartition. */
  readonly positions: readonly number[];
  readonly counters: JobCounters;
  readonly statePending: boolean;
  /** It was the final batch of bounded input. */
  readonly final: boolean;
}

export interface JobCounters {
  readonly recordsIn: number;
  readonly recordsOut: number;
  readonly lateRecords: number;
}

export interface JobFailure {
  readonly kind: string;
  readonly code: string;
  readonly message: string;
  readonly context: Readonly<Record<string, string>>;
}

/** What the store keeps of a job beside its graph, plans and checkpoints. */
export interface JobRecord {
  readonly jobId: string;
  readonly name: string;
  readonly incarnation: number;
  readonly digest: string;
  readonly state: JobRunState;
  readonly jobEpoch: number;
  readonly submittedAtMs: number;
  readonly endedAtMs: number | undefined;
  readonly zeroTimeMs: number | undefined;
  readonly sources: readonly SourcePartition[] | undefined;
  /** Ids given to workers of epochs that are not known to be fenced. */
  readonly openTransactionalIds: readonly string[];
  readonly restarts: number;
  /** Asked for by a user and not done yet; survives a change of coordinator. */
  readonly stop: "drain" | "now" | undefined;
  /** How many workers a user asked for; absent: as many as the executors offer. */
  readonly workersAsked?: number | undefined;
  readonly error: JobFailure | undefined;
}

export interface JobDefinitionRecord {
  readonly graph: JobGraph;
  readonly digest: string;
}
