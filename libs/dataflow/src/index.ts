export { bucketOfKey } from "./keys/bucket-of-key.ts";
export { type CallNames, type CallPosition, CallTrail, positionIn } from "./runtime/call-trail.ts";
export type {
  BatchResult,
  EventTimeSeen,
  IncomingBlock,
  MapResult,
  AnswerJournal,
  AnswersOf,
  OpenBatch,
  OperatorCounts,
  OutgoingBlock,
  RuntimeBatch,
  RuntimeOutput,
  SinkRecord,
  SourceTask,
  StatePartName,
  StateSnapshot,
  Watermarks,
  WorkerLayout,
  WorkerRuntime,
  WorkerRuntimeOptions,
} from "./runtime/runtime-types.ts";
export { stageTaskIndex } from "./runtime/task-index.ts";
export { createValueDecoder, type ValueDecoder } from "./serde/value-decoder.ts";
export type { SpillSettings } from "./state/state-memory.ts";
export { SavedState } from "./state/saved-state.ts";
export type { StateAnswer, StateEntry, StateQuery } from "./state/state-query.ts";
export { createWorkerRuntime } from "./runtime/worker-runtime.ts";
