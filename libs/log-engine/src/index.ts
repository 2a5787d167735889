export { takeCleanStopMark, writeCleanStopMark } from "./clean-stop.ts";
export { createMemoryStorage, type MemoryStorage } from "./memory-storage.ts";
export { createTailCache } from "./tail-cache.ts";
export { createPartitionLog, deletePartitionLog, listPartitionLogs, openPartitionLog, partitionFolder } from "./open-log.ts";
export { inspectLog, type InspectedLog, type InspectedSegment, type LogFinding, walkLog } from "./inspect-log.ts";
export { restartPartitionLog, truncatePartitionLog } from "./truncate-log.ts";
export { logCorrupt, logFailed } from "./errors.ts";
export type {
  AbortedTransaction,
  CompactionNeed,
  ClosedSegment,
  CompactionOptions,
  CompactionResult,
  Isolation,
  LogPorts,
  LogSettings,
  MarkerInput,
  OffsetAtTime,
  PartitionIdentity,
  PartitionLog,
  ReadOptions,
  ReadResult,
  RecoveryReport,
  RetentionResult,
  StageOptions,
  StageResult,
  TailCache,
  TimeQuery,
} from "./partition-log.ts";
export { Turns } from "./turns.ts";
