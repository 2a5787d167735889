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
  unknownTransactionalId: (transactionalId: string): AppError =>
    new AppError({
      kind: "not-found",
      code: "transactional-id-not-found",
      message: "no broker coordinates this transactional id: it has never been used, or not for a week",
      context: { transactionalId },
    }),
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
  notAssigned: (context: Context): AppError =>
    new AppError({
      kind: "invalid",
      code: "partition-not-assigned",
      message: "the consumer does not read this partition: assign it, or wait until the group does",
      context,
    }),
  noGroup: (): AppError =>
    new AppError({ kind: "invalid", code: "no-consumer-group", message: "this needs a group: make the consumer with a groupId" }),
  nothingSubscribed: (): AppError =>
    new AppError({ kind: "invalid", code: "nothing-subscribed", message: "a subscription names topics, a pattern, or both" }),
  subscribed: (): AppError =>
    new AppError({
      kind: "invalid",
      code: "consumer-subscribed",
      message: "the group assigns the partitions of a consumer that has subscribed: unsubscribe first, or use another consumer",
    }),
  tooManyCommits: (context: Context): AppError =>
    new AppError({
      kind: "exhausted",
      code: "too-many-offset-commits",
      message: "too many commits wait for their answer: await commit(), or commit less often",
      context,
    }),
  noOffset: (context: Context): AppError =>
    new AppError({
      kind: "not-found",
      code: "no-committed-offset",
      message: "the group has no offset for the partition, and offsetReset is none: seek, commit one, or set offsetReset",
      context,
    }),
  commitLost: (context: Context): AppError =>
    new AppError({
      kind: "fenced",
      code: "commit-of-lost-partitions",
      message: "the group went on without this member: what it read is read again by others, go on with what is assigned next",
      context,
    }),
  notTransactional: (): AppError =>
    new AppError({ kind: "invalid", code: "not-transactional", message: "transactions need a producer with a transactionalId" }),
  transactionState: (message: string): AppError => new AppError({ kind: "invalid", code: "invalid-transaction-state", message }),
  /** `at`: where records were refused, with the refusal's own numbers. */
  transactionFailed: (cause: unknown, at: Context = {}): AppError =>
    new AppError({
      kind: "conflict",
      code: "transaction-failed",
      message: "a record of the transaction was not stored: abort it and begin again",
      cause,
      ...(cause instanceof AppError ? { context: { ...cause.context, ...at, because: cause.code, reason: cause.reason } } : {}),
    }),
  noBroker: (bootstrap: readonly string[], cause: unknown): AppError =>
    new AppError({
      kind: "unavailable",
      code: "no-broker-reachable",
      message: "no broker answers: check the addresses, that the cluster runs, and whether it asks for TLS (--tls-ca-file)",
      context: { bootstrap: bootstrap.join(",") },
      cause,
    }),
  noLeader: (context: Context): AppError =>
    new AppError({ kind: "retry", code: "leader-not-available", message: "the partition has no leader at the moment", context }),
  noCoordinator: (context: Context = {}, cause?: unknown): AppError =>
    new AppError({
      kind: "unavailable",
      code: "no-coordinator",
      message:
        "no coordinator leads the cluster right now: try again in some seconds; if it stays, see that one runs and reaches its store (Redis)",
      context,
      cause,
    }),
};
