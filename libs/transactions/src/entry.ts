import type { ProducerEpoch, ProducerId, TimestampMs, TopicPartition } from "@millrace/model";

/**
 * Empty → Ongoing → PrepareCommit → CompleteCommit → Ongoing …, the same with Abort. A Prepare record in the log is the decision; Complete says that
 * every partition has its marker.
 */
export type TransactionState = "Empty" | "Ongoing" | "PrepareCommit" | "PrepareAbort" | "CompleteCommit" | "CompleteAbort";

/** A producer in one of its epochs. */
export interface ProducerOwner {
  readonly producerId: ProducerId;
  readonly producerEpoch: ProducerEpoch;
}

/** What the coordinator keeps of a transactional id, and what one record of its log holds. */
export interface TransactionEntry {
  readonly transactionalId: string;
  readonly producerId: ProducerId;
  readonly producerEpoch: ProducerEpoch;
  /**
   * Who the id's owner was before its epoch was raised for it, or because its transaction took too long: it may ask again, since the answer may be lost (KIP-360).
   * Absent when another instance took the id, and once the owner of the new epoch has begun.
   */
  readonly lastOwner?: ProducerOwner | undefined;
  readonly timeoutMs: number;
  readonly state: TransactionState;
  /** Of the id's transactions since it is known, this one or the last: tells a marker of an earlier one, which comes late, from this one's. 0: none yet. */
  readonly transactionNumber: number;
  /** Of the transaction that is open or being ended. */
  readonly partitions: readonly TopicPartition[];
  readonly startedAtMs: TimestampMs;
  readonly updatedAtMs: TimestampMs;
}

/** An entry as it follows from the log, or its end (`undefined`). */
export interface TransactionRecord {
  readonly transactionalId: string;
  readonly entry: TransactionEntry | undefined;
}

/** All transactional ids of one partition of the transaction log. Changed by `applyRecord` only. */
export interface CoordinatorState {
  readonly entries: Map<string, TransactionEntry>;
}

export function createCoordinatorState(): CoordinatorState {
  return { entries: new Map() };
}

/** A record that is in the log takes effect; the same function serves replay. */
export function applyRecord(state: CoordinatorState, record: TransactionRecord): void {
  if (record.entry === undefined) state.entries.delete(record.transactionalId);
  else state.entries.set(record.transactionalId, record.entry);
}
