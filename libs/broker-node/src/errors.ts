import { AppError } from "@millrace/model";

type Context = Readonly<Record<string, string | number | boolean | undefined>>;

/** What a broker refuses, and what the caller should do. */
export const brokerErrors = {
  unknownTopic: (topic: string): AppError =>
    new AppError({ kind: "not-found", code: "unknown-topic", message: "topic does not exist: create it first", context: { topic } }),
  unknownPartition: (context: Context): AppError =>
    new AppError({ kind: "not-found", code: "unknown-partition", message: "topic has no such partition", context }),
  inconsistentTopicId: (context: Context): AppError =>
    new AppError({
      kind: "retry",
      code: "inconsistent-topic-id",
      message: "the topic was made anew under this name and its log is not in place yet: read the metadata again",
      context,
    }),
  notLeader: (context: Context): AppError =>
    new AppError({ kind: "retry", code: "not-leader", message: "another broker leads the partition: ask it", context }),
  noLeader: (context: Context): AppError =>
    new AppError({ kind: "retry", code: "leader-not-available", message: "the partition has no leader at the moment", context }),
  starting: (): AppError =>
    new AppError({ kind: "retry", code: "broker-starting", message: "the broker has no metadata yet: try again soon" }),
  stopping: (): AppError => new AppError({ kind: "unavailable", code: "broker-stopping", message: "the broker stops: ask another one" }),
  opening: (context: Context): AppError =>
    new AppError({ kind: "retry", code: "partition-opening", message: "the partition's log is being opened: try again soon", context }),
  diskFull: (context: Context): AppError =>
    new AppError({
      kind: "exhausted",
      code: "disk-full",
      message: "the disk of this broker has no room for records: free some, or lower retention",
      context,
    }),
  topicRestoring: (context: Context): AppError =>
    new AppError({
      kind: "retry",
      code: "topic-restoring",
      message: "the topic is being restored from a backup and takes no records until that is done",
      context,
    }),
  notRestoring: (context: Context): AppError =>
    new AppError({
      kind: "conflict",
      code: "topic-not-restoring",
      message: "records are restored only into topics that were made for it, with the setting restore.of",
      context,
    }),
  restoreOverlaps: (context: Context): AppError =>
    new AppError({
      kind: "conflict",
      code: "restore-overlaps",
      message: "the log has other records where these belong: delete the topic and restore it anew",
      context,
    }),
  restoreBusy: (context: Context): AppError =>
    new AppError({
      kind: "conflict",
      code: "restore-overlaps",
      message: "another restore writes to this partition: let one finish",
      context,
    }),
  transactionsHeld: (context: Context): AppError =>
    new AppError({
      kind: "retry",
      code: "transactions-held",
      message: "transactions are held by somebody else for a moment: another backup runs",
      context,
    }),
  transactionsUnsettled: (context: Context): AppError =>
    new AppError({
      kind: "retry",
      code: "transactions-unsettled",
      message: "transactions that were decided could not be completed in time: partitions without a leader keep their markers waiting",
      context,
    }),
  partitionFailed: (context: Context, cause: unknown): AppError =>
    new AppError({
      kind: "unavailable",
      code: "partition-failed",
      message: "the partition's log cannot be used, see the broker's log",
      context,
      cause,
    }),
  notEnoughReplicas: (context: Context): AppError =>
    new AppError({
      kind: "retry",
      code: "not-enough-replicas",
      message: "fewer replicas are in sync than min.insync.replicas asks for",
      context,
    }),
  notEnoughReplicasAfterAppend: (context: Context): AppError =>
    new AppError({
      kind: "unavailable", // a retry is a refusal before the append
      code: "not-enough-replicas-after-append",
      message: "stored, but fewer replicas are in sync by now than min.insync.replicas asks for: the records may be lost, send them again",
      context,
    }),
  replicaOutOfRange: (context: Context): AppError =>
    new AppError({
      kind: "invalid",
      code: "offset-out-of-range",
      message: "the replica asks for records that its leader does not have any more",
      context,
    }),
  offsetNotAvailable: (context: Context): AppError =>
    new AppError({
      kind: "retry",
      code: "offset-not-available",
      message: "a new leader does not know yet how far the records were acknowledged: try again soon",
      context,
    }),
  timedOut: (context: Context): AppError =>
    new AppError({
      kind: "unavailable",
      code: "request-timed-out",
      message: "not acknowledged in time: the records may or may not be stored",
      context,
    }),
  tooManyBytes: (context: Context): AppError =>
    new AppError({
      kind: "exhausted",
      code: "too-many-bytes-in-flight",
      message: "the broker holds as many unanswered bytes as it may: send again later",
      context,
    }),
  answerUnread: (context: Context): AppError =>
    new AppError({
      kind: "exhausted",
      code: "answer-unread-too-long",
      message: "the client left an answer unread while others wait for memory: read faster, or fetch less at once (fetch.max.bytes)",
      context,
    }),
  tooManyHolders: (context: Context): AppError =>
    new AppError({
      kind: "exhausted",
      code: "too-many-holders",
      message: "too many readers hold records of this partition: let some go first",
      context,
    }),
  invalidRequest: (message: string, context: Context = {}): AppError =>
    new AppError({ kind: "invalid", code: "invalid-request", message, context }),
  internalTopic: (topic: string): AppError =>
    new AppError({
      kind: "invalid",
      code: "internal-topic",
      message: "this topic is the cluster's own, which alone writes and deletes its records: use another",
      context: { topic },
    }),
  noCoordinator: (context: Context = {}, cause?: unknown): AppError =>
    new AppError({
      kind: "unavailable",
      code: "no-coordinator",
      message:
        "no coordinator leads the cluster right now: try again in some seconds; if it stays, see that one runs and reaches its store (Redis)",
      context,
      cause,
    }),
  coordinatorLoading: (context: Context): AppError =>
    new AppError({
      kind: "retry",
      code: "transaction-coordinator-loading",
      message: "the transaction log is being read: try again soon",
      context,
    }),
  notTransactionCoordinator: (context: Context, cause?: unknown): AppError =>
    new AppError({
      kind: "retry",
      code: "not-transaction-coordinator",
      message: "another broker serves this transactional id: find it again",
      context,
      cause,
    }),
  transactionsNotAvailable: (context: Context, cause: unknown): AppError =>
    new AppError({
      kind: "unavailable",
      code: "transaction-coordinator-not-available",
      message: "the transaction log takes no records at present: try again soon",
      context,
      cause,
    }),
  logTruncated: (context: Context): AppError =>
    new AppError({
      kind: "conflict",
      code: "log-truncated",
      message: "records that were read are not in the log any more: seek to the diverging offset to go on",
      context,
    }),
  fencedEpoch: (context: Context): AppError =>
    new AppError({
      kind: "fenced",
      code: "fenced-leader-epoch",
      message: "an older leader epoch was named: read the metadata again",
      context,
    }),
  unknownEpoch: (context: Context): AppError =>
    new AppError({
      kind: "retry",
      code: "unknown-leader-epoch",
      message: "a newer leader epoch was named than is known here: try again soon",
      context,
    }),
  staleCoordinator: (context: Context): AppError =>
    new AppError({
      kind: "fenced",
      code: "stale-coordinator",
      message: "a coordinator with an older epoch than this broker has seen was refused",
      context,
    }),
  foreignCluster: (context: Context): AppError =>
    new AppError({
      kind: "conflict",
      code: "foreign-cluster",
      message: "the data folder belongs to another cluster: use that cluster's coordinators, or another folder",
      context,
    }),
  foreignBroker: (context: Context): AppError =>
    new AppError({
      kind: "conflict",
      code: "foreign-broker",
      message: "the data folder belongs to another broker id: set that id, or use another folder",
      context,
    }),
  newerFormat: (context: Context): AppError =>
    new AppError({
      kind: "invalid",
      code: "data-folder-newer-format",
      message: "the data folder was written by a newer version: start that version",
      context,
    }),
  classicGroup: (context: Context): AppError =>
    new AppError({
      kind: "conflict",
      code: "group-has-classic-members",
      message: "the group has members of the classic protocol: stop them, or give them group.protocol=consumer",
      context,
    }),
  abortSlippedIn: (context: Context): AppError =>
    new AppError({
      kind: "conflict",
      code: "transaction-ended-meanwhile",
      message: "the transaction was ended before its records arrived: begin a new one",
      context,
    }),
};
