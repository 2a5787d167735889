import { AppError, type ErrorKind } from "@millrace/model";

type Context = Readonly<Record<string, string | number | boolean | undefined>>;

function factory(kind: ErrorKind, code: string, message: string): (context?: Context, cause?: unknown) => AppError {
  return (context, cause) =>
    new AppError({ kind, code, message, ...(context === undefined ? {} : { context }), ...(cause === undefined ? {} : { cause }) });
}

/** The bytes on disk are not what was written; the log is not served from here. Restore the file or let another replica take over. */
export const logCorrupt = factory(
  "corrupt",
  "log-corrupt",
  "log is damaged: restore the partition folder from another copy, or delete the topic if its data may go",
);
/** A write or sync failed before, so what is on disk is not known (R15). */
export const logFailed = factory("unavailable", "log-failed", "log stopped after a disk error: check the disk, then restart the broker");
export const logExists = factory("conflict", "log-exists", "partition folder exists already: open it, or delete it first");
export const logMissing = factory("not-found", "log-missing", "no partition log in this folder");
export const logBacklog = factory("exhausted", "log-backlog", "too many bytes wait to be written to this partition: send less, or later");
export const logNewerFormat = factory(
  "invalid",
  "log-newer-format",
  "partition folder was written by a newer version: start that version, or one above it",
);
export const offsetOutOfRange = factory("invalid", "offset-out-of-range", "offset is outside of the log: reset to earliest or latest");
export const fencedLeaderEpoch = factory("fenced", "fenced-leader-epoch", "an older leader epoch was named: read the metadata again");
export const unknownLeaderEpoch = factory("retry", "unknown-leader-epoch", "a newer leader epoch was named than is known here: try again soon");
export const outOfOrderSequence = factory("invalid", "out-of-order-sequence", "batch does not follow the producer's last one: a batch is missing");
export const producerFenced = factory("fenced", "producer-fenced", "a newer instance of this producer exists: stop this one");
export const transactionCoordinatorFenced = factory(
  "fenced",
  "transaction-coordinator-fenced",
  "a newer transaction coordinator has written here: stop this one",
);
export const transactionNotVerified = factory(
  "conflict",
  "transaction-not-verified",
  "partition is not part of the producer's transaction: add it first",
);
export const transactionOpen = factory(
  "conflict",
  "transaction-open",
  "producer has an open transaction here: end it before sending batches outside of one",
);
export const memoryFull = factory("exhausted", "memory-full", "memory for topics with storage=memory is used up: lower their retention, or raise the bound");
