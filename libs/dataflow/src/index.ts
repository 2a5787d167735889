export type {
  BatchResult, EventTimeSeen, IncomingBlock, MapResult, OperatorCounts, OperatorFunctions, OutgoingBlock, RuntimeBatch, RuntimeOutput,
  SinkRecord, SourceTask, StateSnapshot, UserFunction, Watermarks, WorkerLayout, WorkerRuntime, WorkerRuntimeOptions,
} from "./runtime/runtime-types.ts";
