export { checkHistory, type Verdict } from "./check-history.ts";
export type { Evidence } from "./evidence.ts";
export type { AnomalyKind, Finding } from "./finding.ts";
export type {
  AssignEvent,
  CrashEvent,
  EventType,
  FinalEvent,
  GroupOffsets,
  HistoryEvent,
  Key,
  OffsetsEvent,
  OwnEvent,
  Ownership,
  PollStep,
  Read,
  SendStep,
  Step,
  StepsEvent,
} from "./history/event.ts";
export { HistoryError } from "./history/history-error.ts";
export { decodeEvent, decodeHistory, encodeEvent } from "./history/json-lines.ts";
export { type Happening, HistoryRecorder, type RecorderPorts } from "./history/recorder.ts";
export type { Operation } from "./operation.ts";
export type { OperationCounts } from "./operation-counts.ts";
export { formatVerdict } from "./report.ts";
