export type { BatchPartition, BatchSource, LogBatchSource } from "./batch-source.ts";
export type { CheckpointFile, CheckpointPlace, CheckpointPlaces } from "./checkpoint-place.ts";
export type { ConnectorOptions, Connectors } from "./connectors.ts";
export { type Clock, sleep, type Timer } from "./clock.ts";
export {
  type Change,
  COMMIT_BYTES_MAX,
  COMMIT_CHANGES_MAX,
  type CommitResult,
  type CoordinationStore,
  type Entry,
  type Fence,
  type LeaseResult,
} from "./coordination-store.ts";
export {
  type Expression,
  ExpressionFault,
  type ExpressionLanguage,
  type ExpressionOutline,
  type ExpressionType,
  NO_EXPRESSIONS,
  type ScalarType,
} from "./expressions.ts";
export type {
  KafkaAnswer,
  KafkaConnection,
  KafkaConnectionHandler,
  KafkaFrameHandler,
  KafkaListener,
  KafkaRequest,
  KafkaServer,
} from "./kafka-listener.ts";
export { type Logger, type LogValues, SILENT_LOGGER } from "./logger.ts";
export { METRIC_SECTIONS, type MetricName, METRICS } from "./metric-table.ts";
export type { MetricDeclaration, MetricKind, MetricTable } from "./metric-tables/declaration.ts";
export { type Counter, type GaugeSample, type Histogram, type Labels, type Metrics, NO_METRICS } from "./metrics.ts";
export type { Random } from "./random.ts";
export type { OpenReceiver, ReceivedRecord, ReceivedRecords, Receiver } from "./receiver.ts";
export type { SinkConnector, SinkOutput, SinkSlotMark, SinkSlots, SinkWriter } from "./sink-connector.ts";
export type {
  LogRecord,
  AvailableSteps,
  PositionRange,
  SourceElements,
  SourceMemory,
  SourceSplit,
  SplitReader,
  StreamSource,
} from "./stream-source.ts";
export type { StateStore } from "./state-store.ts";
export type { DiskSpace, Storage, StorageEntry, StorageFile } from "./storage.ts";
export type { TlsIdentity, TlsMaterial } from "./tls.ts";
export { messagingSpan, type MessagingOperation, type MessagingTarget } from "./messaging-span.ts";
export { NO_TRACER, type Span, type SpanOptions, type Tracer } from "./tracer.ts";
export { NO_VALUE_FORMATS, type ValueFormat, type ValueFormats } from "./value-formats.ts";
export type { ValueCodec } from "./value-codec.ts";
export type { WatchedMemory, WorkerChannel, WorkerExit, WorkerHost, WorkerInit, WorkerListener, WorkerProcess } from "./worker-host.ts";
