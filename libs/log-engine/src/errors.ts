import { AppError, type ErrorKind } from "@millrace/model";

type Context = Readonly<Record<string, string | number | boolean | undefined>>;

interface ErrorRow {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
}

/** Makes the errors of one row of this table. */
function factory(row: ErrorRow): (context?: Context, cause?: unknown) => AppError {
  return (context, cause) =>
    new AppError({ ...row, ...(context === undefined ? {} : { context }), ...(cause === undefined ? {} : { cause }) });
}

/** The bytes on disk are not what was written; the log is not served from here. Restore the file or let another replica take over. */
export const logCorrupt = factory({
  kind: "corrupt",
  code: "log-corrupt",
  message: "log is damaged: restore the partition folder from another copy, or delete the topic if its data may go",
});
/** A write or sync failed before, so what is on disk is not known (R15). */
export const logFailed = factory({
  kind: "unavailable",
  code: "log-failed",
  message: "log stopped after a disk error: check the disk, then restart the broker",
});
export const logExists = factory({
  kind: "conflict",
  code: "log-exists",
  message: "partition folder exists already: open it, or delete it first",
});
export const logMissing = factory({
  kind: "not-found",
  code: "log-missing",
  message: "no partition log in this folder",
});
export const logBacklog = factory({
  kind: "exhausted",
  code: "log-backlog",
  message: "too many bytes wait to be written to this partition: send less, or later",
});
export const logNewerFormat = factory({
  kind: "invalid",
  code: "log-newer-format",
  message: "partition folder was written by a newer version: start that version, or one above it",
});
export const offsetOutOfRange = factory({
  kind: "invalid",
  code: "offset-out-of-range",
  message: "offset is outside of the log: reset to earliest or latest",
});
export const fencedLeaderEpoch = factory({
  kind: "fenced",
  code: "fenced-leader-epoch",
  message: "an older leader epoch was named: read the metadata again",
});
export const unknownLeaderEpoch = factory({
  kind: "retry",
  code: "unknown-leader-epoch",
  message: "a newer leader epoch was named than is known here: try again soon",
});
export const outOfOrderSequence = factory({
  kind: "invalid",
  code: "out-of-order-sequence",
  message: "batch does not follow the producer's last one: a batch is missing",
});
export const producerFenced = factory({
  kind: "fenced",
  code: "producer-fenced",
  message: "a newer instance of this producer exists: stop this one",
});
export const transactionCoordinatorFenced = factory({
  kind: "fenced",
  code: "transaction-coordinator-fenced",
  message: "a newer transaction coordinator has written here: stop this one",
});
export const transactionNotVerified = factory({
  kind: "conflict",
  code: "transaction-not-verified",
  message: "partition is not part of the producer's transaction: add it first",
});
export const transactionOpen = factory({
  kind: "conflict",
  code: "transaction-open",
  message: "producer has an open transaction here: end it before sending batches outside of one",
});
/** Compaction could never replace or remove such a record. `records` are the first of them, by their place in the batch. */
export const recordWithoutKey = factory({
  kind: "invalid",
  code: "record-without-key",
  message: "records of a compacted topic need a key: set one, or take compact out of the topic's cleanup.policy",
});
export const memoryFull = factory({
  kind: "exhausted",
  code: "memory-full",
  message: "memory for topics with storage=memory is used up: lower their retention, or raise the bound",
});
