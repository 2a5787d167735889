import type { CoordinatorState, TransactionRecord } from "./entry.ts";
import { SNAPSHOT_RECORDS_MIN, SNAPSHOT_RECORDS_PER_ENTRY } from "./limits.ts";

/** True when the log should be written anew: it holds many records for what they say. */
export function isSnapshotDue(state: CoordinatorState, recordsInLog: number): boolean {
  return recordsInLog >= Math.max(SNAPSHOT_RECORDS_MIN, SNAPSHOT_RECORDS_PER_ENTRY * state.entries.size);
}

/** One record per live id: appended at the end of the log, they make everything before them dispensable. */
export function snapshotRecords(state: CoordinatorState): TransactionRecord[] {
  return [...state.entries.values()].map((entry) => ({ transactionalId: entry.transactionalId, entry }));
}
