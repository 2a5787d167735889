import type { JobEntry } from "@millrace/contracts";
import type { TopicPartition } from "@millrace/model";

/** A job as the coordination store has it, in portions. */
export interface ExportedJob {
  readonly jobId: string;
  readonly name: string;
  readonly entries: readonly Pick<JobEntry, "key" | "value">[];
}

/** What backups are made of, beside what every client may call; docs/operations/backup.md says how it fits together. */
export interface BackupAdmin {
  /** While `work` runs no transaction is decided, and none stands half in the log. Fails with `transactions-unsettled` if that did not last until its end. */
  withTransactionsHeld<T>(options: { readonly holder: string; readonly ttlMs: number }, work: () => Promise<T>): Promise<T>;
  /** Producer ids in a row that nobody else will get; the first of them. */
  reserveProducerIds(count: number): Promise<number>;
  /** Whole batches with the offsets that they have, into a topic that is being restored; resolves with the end of its log. */
  restoreBatches(
    target: TopicPartition,
    of: { readonly batches: Uint8Array; readonly logStartOffset: number },
  ): Promise<{ readonly logEndOffset: number }>;
  exportJobs(): AsyncIterable<ExportedJob>;
  /** False: the job was there already. It goes on when the portion with its record, which comes last, has arrived. */
  importJob(jobId: string, entries: readonly Pick<JobEntry, "key" | "value">[]): Promise<boolean>;
}
