export type {
  AbortedTransaction, Isolation, LogPorts, LogSettings, MarkerInput, OffsetAtTime, PartitionIdentity, PartitionLog, ReadOptions, ReadResult,
  RecoveryReport, RetentionResult, StageOptions, StageResult, TailCache, TimeQuery,
} from "./partition-log.ts";
