import { AppError } from "@millrace/model";

type Context = Readonly<Record<string, string | number | boolean | undefined>>;

/** Refusals of the transaction coordinator; Kafka's code in brackets. */
export const transactionErrors = {
  invalidId: (context: Context): AppError =>
    new AppError({
      kind: "invalid",
      code: "invalid-transactional-id",
      message: "transactional id must have 1 to 1,024 characters",
      context,
    }),
  // 50
  invalidTimeout: (context: Context): AppError =>
    new AppError({ kind: "invalid", code: "invalid-transaction-timeout", message: "transaction timeout must be 1 to 900,000 ms", context }),
  // 49
  unknownProducer: (context: Context): AppError =>
    new AppError({
      kind: "invalid",
      code: "invalid-producer-id-mapping",
      message: "the transactional id does not belong to this producer id: initialise the producer again",
      context,
    }),
  // 90
  fenced: (context: Context): AppError =>
    new AppError({
      kind: "fenced",
      code: "producer-fenced",
      message: "a newer instance of this producer exists, or its transaction timed out: stop, or initialise again",
      context,
    }),
  // 51
  concurrent: (context: Context): AppError =>
    new AppError({
      kind: "retry",
      code: "concurrent-transactions",
      message: "the previous transaction of this id is still being ended: try again soon",
      context,
    }),
  // 48
  invalidState: (context: Context): AppError =>
    new AppError({
      kind: "conflict",
      code: "invalid-transaction-state",
      message: "the transaction is not in a state that allows this: abort it and begin again",
      context,
    }),
  tooManyPartitions: (context: Context): AppError =>
    new AppError({
      kind: "exhausted",
      code: "too-many-partitions-in-transaction",
      message: "a transaction takes at most 10,000 partitions: commit more often",
      context,
    }),
  tooManyIds: (context: Context): AppError =>
    new AppError({
      kind: "exhausted",
      code: "too-many-transactional-ids",
      message: "too many transactional ids are in use: reuse ids, or wait until idle ones expire",
      context,
    }),
  corruptRecord: (context: Context, cause?: unknown): AppError =>
    new AppError({
      kind: "corrupt",
      code: "corrupt-transaction-record",
      message: "record of the transaction log cannot be read",
      context,
      cause,
    }),
};
