export type { JobDefinition, JobFunction, JobFunctions, JobGraph, JobSettings } from "@millrace/model";
export type { Aggregator } from "./aggregator.ts";
export { count, type CountAndMean, countAndMean, max, min, sum, top } from "./aggregators.ts";
export { Batch } from "./batch.ts";
export type { TimeWindowSpec } from "./checks.ts";
export {
  DStream,
  type EventTimeOptions,
  type Output,
  type ShuffleOptions,
  type StateStream,
  type TimeWindow,
  type TimeWindowedStream,
  type ToOptions,
  type UpdateOptions,
  type WindowResult,
} from "./dstream.ts";
export { days, type Duration, hours, milliseconds, minutes, seconds } from "./duration.ts";
export type { JobErrorCode } from "./errors.ts";
export { buildJob, job, type JobContext, type JobModule, type JobOptions } from "./job.ts";
export { kafka, type KafkaTopic, type ReadOptions, type Sink, type SinkParts, type Source, type TopicRecord } from "./kafka.ts";
export { type KeyOf, pair, type Pair, type ValueOf } from "./pair.ts";
export { bytes, type Field, type FieldsOf, json, type Serde, string, t } from "./serde.ts";
export { type State, type StateFunction, StateSpec } from "./state-spec.ts";
