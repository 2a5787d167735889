import type { JobFunctions, JobSettings } from "@millrace/model";
import type { SpillSettings } from "../state/state-memory.ts";
import type { StateAnswer, StateQuery } from "../state/state-query.ts";
import type { PhysicalPlan } from "@millrace/planner";
import type { Clock, SourceMemory, ValueCodec, ValueFormats } from "@millrace/ports";
import type { RecordOffsets } from "@millrace/records";
import type { CallTrail } from "./call-trail.ts";

/** A source task: one partition of a topic, or split of another source, numbered for the life of the job. */
export interface SourceTask {
  /** Operator id of the source. */
  readonly source: string;
  readonly index: number;
  readonly topic: string;
  readonly partition: number;
}

/** Who does what in this job epoch, seen from one worker. */
export interface WorkerLayout {
  readonly workerIndex: number;
  readonly workerCount: number;
  /** Worker index by slot; its length is the job's slot count. */
  readonly slotWorkers: readonly number[];
  /** Source tasks of this worker only. */
  readonly sourceTasks: readonly SourceTask[];
}

/** Watermarks in force for one eventTime operator in a batch; undefined: no record seen so far. */
export interface Watermarks {
  /** wm(t-1): a window that ends at or below is late. */
  readonly lateMs: number | undefined;
  /** wm(t): a window that ends at or below closes. */
  readonly evictMs: number | undefined;
}

/** What a worker needs of a recorded batch plan; ranges are the caller's business. */
export interface RuntimeBatch {
  /** Number of the batch, from 1. Batch n of a job lies at zero time + n · interval whenever an operator can tell. */
  readonly batch: number;
  readonly timeMs: number;
  /** By id of the eventTime operator. */
  readonly watermarks: ReadonlyMap<string, Watermarks>;
  /** Bounded input ends with this batch: every window closes. */
  readonly final: boolean;
  /** Sources that have nothing to say at this time, which is not the same as an empty batch. Absent: none. */
  readonly absentSources?: ReadonlySet<string>;
  /** Partitions of sources whose number changes from batch to batch (queues): tasks beyond it have none now. Absent: one per task. */
  readonly partitionCounts?: ReadonlyMap<string, number>;
}

/** A batch of which only that is known which records meet before a shuffle: continuous mode, where the plan is recorded when its records are read already. */
export interface OpenBatch {
  readonly batch: number;
  /** wm(t-1) by id of the eventTime operator: wm(t) of the batch before. */
  readonly lateMs: ReadonlyMap<string, number | undefined>;
}

/** Rows on their way to a slot of another worker. `sequence` order within a task is the order of the calls. */
export interface OutgoingBlock {
  readonly batch: number;
  readonly edge: number;
  readonly fromTask: number;
  readonly toSlot: number;
  readonly toWorker: number;
  readonly recordCount: number;
  readonly payload: Uint8Array;
}

/** As it came from a peer, in the order in which that peer sent it. */
export type IncomingBlock = Omit<OutgoingBlock, "toWorker">;

/** One output record, encoded. Its bytes are the receiver's to keep. */
export interface SinkRecord {
  /** Operator id of the sink, or of the source whose dead letter it is. */
  readonly sink: string;
  /** Slot whose progress mark covers the record (see `sinkSlots`). */
  readonly slot: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly timestampMs: number;
  /** Of records that have any: of dead letters. */
  readonly headers?: readonly { readonly key: string; readonly value: Uint8Array }[];
  /** What was encoded, and where in the sink it belongs ("": nowhere in particular), for sinks that are no topics. */
  readonly element?: unknown;
  readonly partition?: string;
}

/** Where a runtime's output goes. Calls are synchronous and must not throw; the caller buffers and waits by `ready`. */
export interface RuntimeOutput {
  sendBlock(block: OutgoingBlock): void;
  /** All blocks of (batch, edge) for that worker have been sent; called for each other worker once per edge and batch. */
  edgeEnd(end: { readonly batch: number; readonly edge: number; readonly toWorker: number; readonly blockCount: number }): void;
  emitSink(record: SinkRecord): void;
  /** What `print` shows. */
  print(text: string): void;
  /** Called between tasks of keyed stages: resolves when there is room for more output. */
  ready?(): Promise<void> | undefined;
}

/** Answers of one task in one batch. */
export interface AnswersOf {
  readonly operatorId: string;
  readonly task: number;
  readonly batch: number;
  /** Of what was asked, in its order: answers to other questions are of no use. */
  readonly digest: string;
}

/** Keeps what `mapAsync` was answered, so that a batch that is repeated has the same answers, whatever has left the job already. */
export interface AnswerJournal {
  /** What an earlier attempt at the batch was answered. */
  find(of: AnswersOf): Uint8Array | undefined;
  /** Resolves when it is durable. */
  keep(of: AnswersOf, answers: Uint8Array): Promise<void>;
}

/** Settings of the job that operators see. */
export type RuntimeSettings = Pick<JobSettings, "batchIntervalMs" | "watermarks">;

export interface WorkerRuntimeOptions {
  readonly jobId: string;
  readonly plan: PhysicalPlan;
  readonly functions: JobFunctions;
  readonly settings: RuntimeSettings;
  readonly layout: WorkerLayout;
  readonly codec: ValueCodec;
  /** Absent: jobs with serdes beyond json, string and bytes are refused. */
  readonly formats?: ValueFormats;
  /** Where state goes beyond a budget of memory; absent: all of it stays in memory. */
  readonly spill?: SpillSettings;
  readonly output: RuntimeOutput;
  /** Absent: batches are never repeated. */
  readonly answers?: AnswerJournal;
  /** For time-outs and waits of `mapAsync`; absent: time stands still, none runs out and none is waited for. */
  readonly timers?: Pick<Clock, "setTimer">;
  /** Where calls of user code are noted; absent: nobody looks. */
  readonly trail?: CallTrail;
  /** How far beyond the batch time a record may push the watermark (one bad clock must not close everything); Infinity: any. */
  readonly eventTimeAheadMaxMs: number;
}

/** Greatest event time that an eventTime operator saw in one source task in this batch. */
export interface EventTimeSeen {
  readonly operatorId: string;
  readonly source: string;
  readonly index: number;
  readonly maxMs: number;
}

/** What a worker reports when its source tasks have ended. */
export interface MapResult {
  readonly eventTimes: readonly EventTimeSeen[];
  readonly recordsIn: number;
  readonly bytesIn: number;
}

export interface OperatorCounts {
  readonly operatorId: string;
  readonly recordsIn: number;
  readonly recordsOut: number;
  readonly lateRecords: number;
  readonly stateKeys: number;
}

/** What a worker reports when all its tasks have finished the batch. */
export interface BatchResult {
  readonly recordsOut: number;
  readonly lateRecords: number;
  /** Records dropped because they could not be decoded (`onBadRecord: "skip"`). */
  readonly badRecords: number;
  /** Some operator holds what a later watermark would emit. */
  readonly statePending: boolean;
  readonly operators: readonly OperatorCounts[];
}

/** One operator in one task. */
export interface StatePartName {
  readonly operatorId: string;
  /** See `stageTaskIndex`: the task, or task and stage for an operator that runs in several stages. */
  readonly taskIndex: number;
}

/** State of one operator in one task, as bytes. */
export interface StateSnapshot extends StatePartName {
  readonly keyCount: number;
  /** All of it; otherwise what changed since the last snapshot, to be loaded after it. */
  readonly isFull: boolean;
  /** To be taken to the end before the next batch. undefined: unchanged since the last snapshot, refer to the earlier ones. */
  readonly chunks: Iterable<Uint8Array> | undefined;
}

/**
 * Operators, keyed state and shuffles of one worker of a job: a state machine without I/O. Per batch:
 * `beginBatch` → `pushRecords`* and `endSource` per own source task → `endSources` → `advance` (and after each `receiveBlock` /
 * `receiveEdgeEnd`) until `finished` → `finishBatch` → `snapshotState` where a checkpoint is wanted.
 * After any error the runtime is broken and must be dropped with its worker.
 */
export interface WorkerRuntime {
  /** A chunk of state of a checkpoint, in order, before the first batch. A part of a task that this worker does not own is ignored. */
  loadState(part: StatePartName & { readonly bytes: Uint8Array }): void;
  /** All chunks are loaded: what follows from them is made anew. The first batch does it otherwise. */
  stateLoaded(): void;
  /** Optional, before `beginBatch` of the same batch: from here on records are taken. Keyed stages, and what acts at the end of a batch, wait for its plan. */
  openBatch(batch: OpenBatch): void;
  beginBatch(batch: RuntimeBatch): void;
  /** Records of one decoded record batch with startOffset ≤ offset < endOffset. Views on them are not kept. */
  pushRecords(request: {
    readonly source: string;
    readonly index: number;
    readonly records: RecordOffsets;
    readonly startOffset: number;
    readonly endOffset: number;
  }): void;
  /** Elements as they are, for tests and sources that are not topics. Time defaults to that of the batch. */
  pushElements(request: {
    readonly source: string;
    readonly index: number;
    readonly elements: Iterable<unknown>;
    readonly timeMs?: number;
    readonly timestampsMs?: readonly number[] | undefined;
    /** Of the first element, for messages. */
    readonly position?: number | undefined;
  }): void;
  /** What a split of a source that is no topic remembers; undefined if the source leads to no output, or is a topic. Changed between `beginBatch` and `finishBatch` only. */
  sourceMemory(source: string, index: number): SourceMemory | undefined;
  /** The source task has read its whole range. */
  endSource(source: string, index: number): void;
  /** All own source tasks have ended (called also by a worker that has none): ends their edges. */
  endSources(): MapResult;
  /** A block of this batch or a coming one. */
  receiveBlock(block: IncomingBlock): void;
  receiveEdgeEnd(end: { readonly batch: number; readonly edge: number; readonly fromWorker: number; readonly blockCount: number }): void;
  /** Runs every keyed stage whose inputs have ended. Rejects with a typed error; `user-code-failed` names operator and position. */
  advance(): Promise<void>;
  /** All stages have run. */
  readonly finished: boolean;
  finishBatch(): BatchResult;
  /** State of every stateful (operator, task) of this worker: what changed since the last call, or all of those that `wantsFull` names. */
  snapshotState(wantsFull?: (part: StatePartName, hasChanges: boolean) => boolean): readonly StateSnapshot[];
  /** Rows of an operator's state as they are now, between two batches. Changes nothing and keeps to bounds of its own. */
  readState(operatorId: string, query: StateQuery): StateAnswer;
  /** What this worker holds, by (operator, task). */
  heldState(): readonly (StatePartName & { readonly keyCount: number })[];
  /** Slots of each sink whose marks this worker moves. */
  readonly sinkSlots: ReadonlyMap<string, readonly number[]>;
  /** (operator, task index) of every state part that this worker owns. */
  readonly stateTasks: readonly { readonly operatorId: string; readonly taskIndex: number }[];
}
