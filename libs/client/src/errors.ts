import { AppError } from "@millrace/model";

type Context = Readonly<Record<string, string | number | boolean | undefined>>;

/** Errors that the client itself raises; those of brokers and coordinators pass through as they came. */
export const clientErrors = {
  closed: (): AppError => new AppError({ kind: "invalid", code: "client-closed", message: "it has been closed: make a new one" }),
  bufferFull: (context: Context): AppError =>
    new AppError({
      kind: "exhausted",
      code: "producer-buffer-full",
      message: "too many records are unacknowledged: await ready() when send answers false",
      context,
    }),
  unknownTopic: (topic: string): AppError =>
    new AppError({ kind: "not-found", code: "unknown-topic", message: "topic does not exist: create it first", context: { topic } }),
  unknownPartition: (context: Context): AppError =>
    new AppError({ kind: "not-found", code: "unknown-partition", message: "topic has no such partition", context }),
  topicNotOpened: (topic: string): AppError =>
    new AppError({
      kind: "invalid",
      code: "topic-not-opened",
      message: "the producer does not know the topic's partitions yet: await open([topic]) first",
      context: { topic },
    }),
  deliveryTimeout: (context: Context, cause: unknown): AppError =>
    new AppError({
      kind: "unavailable",
      code: "delivery-timeout",
      message: "no acknowledgement within the delivery timeout: the records may or may not be stored",
      context,
      cause,
    }),
  requestTimeout: (address: string): AppError =>
    new AppError({ kind: "unavailable", code: "request-timeout", message: "no answer within the request timeout", context: { address } }),
  notTransactional: (): AppError =>
    new AppError({ kind: "invalid", code: "not-transactional", message: "transactions need a producer with a transactionalId" }),
  transactionState: (message: string): AppError => new AppError({ kind: "invalid", code: "invalid-transaction-state", message }),
  transactionFailed: (cause: unknown): AppError =>
    new AppError({
      kind: "conflict",
      code: "transaction-failed",
      message: "a record of the transaction was not stored: abort it and begin again",
      cause,
    }),
  noBroker: (bootstrap: readonly string[], cause: unknown): AppError =>
    new AppError({
      kind: "unavailable",
      code: "no-broker-reachable",
      message: "no broker answers: check the addresses and that the cluster runs",
      context: { bootstrap: bootstrap.join(",") },
      cause,
    }),
  noLeader: (context: Context): AppError =>
    new AppError({ kind: "retry", code: "leader-not-available", message: "the partition has no leader at the moment", context }),
  noCoordinator: (): AppError =>
    new AppError({ kind: "unavailable", code: "no-coordinator", message: "brokers know no active coordinator at the moment" }),
};
