export type {
  DeadLetter,
  JobDefinition,
  JobFunction,
  JobFunctions,
  JobGraph,
  JobSettings,
  OutputMode,
  TableJoinSides,
  TimeJoinType,
  WatermarkSettings,
} from "@millrace/model";
export type {
  AvailableSteps,
  BatchPartition,
  BatchSource,
  LogBatchSource,
  PositionRange,
  SinkConnector,
  SinkOutput,
  SinkSlotMark,
  SinkSlots,
  SinkWriter,
  SourceElements,
  SourceMemory,
  SourceSplit,
  SplitReader,
  StreamSource,
} from "@millrace/ports";
export type { Aggregator } from "./aggregator.ts";
export { count, type CountAndMean, countAndMean, max, mean, min, sum, top } from "./aggregators.ts";
export { Batch } from "./batch.ts";
export type { TimeWindowSpec } from "./checks.ts";
export { allOf, collectList, collectSet, first, last, of, type Part, when } from "./collections.ts";
export { DStream, type StateStream } from "./dstream.ts";
export { HandRun } from "./hand-run.ts";
export type { CsvRow } from "./csv-row.ts";
export { customSink } from "./custom-sink.ts";
export { customSource, type CustomSourceOptions } from "./custom-source.ts";
export { declaredJob } from "./declared/declared-job.ts";
export { days, type Duration, hours, milliseconds, minutes, seconds } from "./duration.ts";
export type { JobErrorCode } from "./errors.ts";
export type {
  DedupOptions,
  Joined,
  JoinWithinOptions,
  KeyAggregateOptions,
  Late,
  LateSides,
  SessionSpec,
  SessionStream,
  TableJoined,
  TableStream,
  Timed,
  TimeWindowedStream,
  WholeTable,
  WindowOptions,
} from "./event-time-types.ts";
export { files, type FilesOptions } from "./files.ts";
export { folder, type FolderOptions } from "./folder.ts";
export { buildJob, job, type JobContext, type FolderStreams, type JobModule, type JobOptions } from "./job.ts";
export {
  type ForeignCluster,
  foreignKafka,
  type ForeignReadOptions,
  type ForeignRecord,
  type ForeignTopic,
  type ForeignTopics,
} from "./foreign-kafka.ts";
export { kafka, type KafkaTopic, type ReadOptions, type Sink, type SinkParts, type Source, type TopicRecord } from "./kafka.ts";
export { type KeyOf, pair, type Pair, type ValueOf } from "./pair.ts";
export { postgres, type PostgresOptions } from "./postgres.ts";
export { rate, type RateOptions, type RateRow } from "./rate.ts";
export { redis, type RedisOptions, type RedisValues } from "./redis.ts";
export { avro, bytes, type Field, type FieldsOf, json, msgpack, protobuf, type Serde, string, t } from "./serde.ts";
export type { AsyncCall, AsyncMapOptions } from "./async-map.ts";
export type { ShuffleOptions, UpdateOptions } from "./shuffle-options.ts";
export { approxCountDistinct, approxQuantiles } from "./sketches.ts";
export { type State, type StateFunction, StateSpec } from "./state-spec.ts";
export {
  type GroupFunction,
  type GroupOptions,
  type GroupState,
  type ListState,
  listState,
  type MapState,
  mapState,
  type ProcessContext,
  type ProcessSpec,
  type ValueState,
  valueState,
  type Variable,
  type VariableOptions,
  type Variables,
} from "./state-types.ts";
export { socket, type SocketOptions } from "./socket.ts";
export { webhook, type WebhookOptions } from "./webhook.ts";
export type { EventTimeOptions, Output, TimeWindow, ToOptions, WindowResult } from "./stream-types.ts";
