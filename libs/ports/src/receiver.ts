/**
 * Takes what others send of their own accord and cannot be asked for again. A receiver keeps nothing: what it takes goes to a topic, and only what is stored there is acknowledged;
 * the job reads that topic like any other, exactly once. What was taken and is not stored when the worker dies is gone, and whoever sent it has no answer.
 */
export interface Receiver {
  /** Begins to take records; resolves when it does. Rejects with an AppError when it cannot. Called in every worker of the job. */
  open(into: ReceivedRecords): Promise<OpenReceiver>;
}

/** Where received records go: the topic that a source of the job reads. */
export interface ReceivedRecords {
  readonly jobId: string;
  /** Operator id. */
  readonly source: string;
  /** One worker of the job has it, for receivers of which there may be one only. Others do nothing. */
  readonly isFirst: boolean;
  /** Throws an AppError of kind `invalid` if the source could not decode the value. */
  check(value: Uint8Array): void;
  /** Resolves when the record is stored. Rejects with an AppError: `exhausted` when too much is on its way, else `retry` or `unavailable`. */
  append(record: ReceivedRecord): Promise<{ readonly partition: number; readonly offset: number }>;
  /** Something broke that makes receiving pointless: the worker ends, and the job starts again. */
  fail(error: Error): void;
}

export interface ReceivedRecord {
  readonly value: Uint8Array;
}

export interface OpenReceiver {
  /** Host:port that it listens at, if it does. */
  readonly address: string | undefined;
  /** Takes no more; what is being stored may still be answered, within a bound. */
  close(): Promise<void>;
}
