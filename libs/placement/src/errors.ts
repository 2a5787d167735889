import { AppError } from "@millrace/model";

/** Every error of this lib; each code has a page in docs/errors. */
export const errors = {
  notEnoughBrokers: (needed: number, live: number): AppError =>
    new AppError({
      kind: "retry",
      code: "not-enough-brokers",
      message: "fewer live brokers than replicas: start more brokers or ask for a smaller replication factor",
      context: { needed, live },
    }),
  notReplicable: (name: string, value: string): AppError =>
    new AppError({
      kind: "invalid",
      code: "not-replicable",
      message: `topics with more than one replica cannot have ${name}=${value} yet: leave it out, or ask for one replica`,
      context: { config: name },
    }),
  topicExists: (topic: string): AppError =>
    new AppError({
      kind: "conflict",
      code: "topic-exists",
      message: "topic exists already: choose another name or delete it first",
      context: { topic },
    }),
  unknownTopic: (topic: string): AppError =>
    new AppError({
      kind: "not-found",
      code: "unknown-topic",
      message: "no such topic: create it with millrace topic create",
      context: { topic },
    }),
  unknownTopicId: (topic: string, topicId: string): AppError =>
    new AppError({
      kind: "not-found",
      code: "unknown-topic-id",
      message: "the topic of this id is gone, and another one has its name: read the metadata again",
      context: { topic, topicId },
    }),
  collidingTopicName: (topic: string, existing: string): AppError =>
    new AppError({
      kind: "invalid",
      code: "colliding-topic-name",
      message: "the name differs from an existing topic's only in . and _, which metrics do not tell apart: choose another",
      context: { topic, existing },
    }),
  internalTopic: (topic: string): AppError =>
    new AppError({
      kind: "invalid",
      code: "internal-topic",
      message: "names that begin with __ belong to the cluster: choose another",
      context: { topic },
    }),
  invalidPartitions: (partitions: number, max: number): AppError =>
    new AppError({
      kind: "invalid",
      code: "invalid-partitions",
      message: `number of partitions must be 1 to ${max}, or 0 for the default`,
      context: { partitions },
    }),
  invalidReplicationFactor: (replicationFactor: number, max: number): AppError =>
    new AppError({
      kind: "invalid",
      code: "invalid-replication-factor",
      message: `replication factor must be 1 to ${max}, or 0 for the default`,
      context: { replicationFactor },
    }),
  notMorePartitions: (topic: string, existing: number, asked: number): AppError =>
    new AppError({
      kind: "invalid",
      code: "not-more-partitions",
      message: "a topic can only get more partitions: ask for more than it has, or make another topic",
      context: { topic, existing, asked },
    }),
  internalTopicPartitions: (topic: string): AppError =>
    new AppError({
      kind: "invalid",
      code: "internal-topic",
      message: "partitions of the cluster's own topics are fixed: what is in them is found by its hash",
      context: { topic },
    }),
  internalTopicConfig: (topic: string): AppError =>
    new AppError({
      kind: "invalid",
      code: "internal-topic",
      message: "settings of the cluster's own topics are fixed",
      context: { topic },
    }),
  invalidProducerIdCount: (count: number): AppError =>
    new AppError({
      kind: "invalid",
      code: "invalid-request",
      message: "producer ids are reserved in numbers above 0 that stay within 2^53-1",
      context: { count },
    }),
  configNamedTwice: (name: string): AppError =>
    new AppError({
      kind: "invalid",
      code: "invalid-topic-config",
      message: "a setting is named twice in one request: name it once",
      context: { name },
    }),
  unknownConfigOperation: (name: string, operation: number): AppError =>
    new AppError({
      kind: "invalid",
      code: "invalid-topic-config",
      message: "operation on a setting must be set, delete, append or subtract",
      context: { name, operation },
    }),
  fixedConfig: (name: string): AppError =>
    new AppError({
      kind: "invalid",
      code: "invalid-topic-config",
      message: "this setting is chosen when the topic is made: make another topic",
      context: { name },
    }),
  notAListConfig: (name: string): AppError =>
    new AppError({
      kind: "invalid",
      code: "invalid-topic-config",
      message: "only settings that are lists can be appended to or subtracted from: set the value",
      context: { name },
    }),
  tooManyPartitions: (partitions: number, max: number): AppError =>
    new AppError({
      kind: "exhausted",
      code: "too-many-partitions",
      message: `cluster would have more than ${max} partitions: delete topics`,
      context: { partitions },
    }),
  noRoomForReplicas: (context: { replicas: number; brokers: number; perBrokerMax: number }): AppError =>
    new AppError({
      kind: "exhausted",
      code: "too-many-partitions",
      message: "brokers would have more partitions than they can open: ask for fewer, or add brokers",
      context,
    }),
  unknownPartition: (topic: string, partition: number): AppError =>
    new AppError({
      kind: "not-found",
      code: "unknown-partition",
      message: "no such partition: millrace topic describe names those that there are",
      context: { topic, partition },
    }),
  invalidReplicaAssignment: (message: string, context: Readonly<Record<string, string | number>>): AppError =>
    new AppError({ kind: "invalid", code: "invalid-replica-assignment", message, context }),
  otherNumberOfAssignments: (topic: string, of: { added: number; assignments: number }): AppError =>
    new AppError({
      kind: "invalid",
      code: "invalid-replica-assignment",
      message: "every partition that is added needs its own list of brokers: give as many lists as partitions, or none",
      context: { topic, ...of },
    }),
  countsBesideAssignments: (topic: string): AppError =>
    new AppError({
      kind: "invalid",
      code: "counts-beside-assignments",
      message: "given brokers say how many partitions and replicas there are: give them, or counts, not both",
      context: { topic },
    }),
  otherReplicationFactor: (topic: string, existing: number, asked: number): AppError =>
    new AppError({
      kind: "invalid",
      code: "invalid-replication-factor",
      message: "the request allows no other number of replicas: name as many brokers as there are replicas",
      context: { topic, existing, asked },
    }),
  onlyAddedInSync: (topic: string, partition: number): AppError =>
    new AppError({
      kind: "conflict",
      code: "invalid-replica-assignment",
      message: "only replicas that would be dropped are in sync: bring the others back first, or let the move complete",
      context: { topic, partition },
    }),
  noReassignment: (topic: string, partition: number): AppError =>
    new AppError({
      kind: "not-found",
      code: "no-reassignment-in-progress",
      message: "no replica of the partition is being moved: there is nothing to cancel",
      context: { topic, partition },
    }),
  electionNotNeeded: (topic: string, partition: number): AppError =>
    new AppError({
      kind: "conflict",
      code: "election-not-needed",
      message: "the partition has its leader: nothing has to be done",
      context: { topic, partition },
    }),
  preferredLeaderNotAvailable: (context: { topic: string; partition: number; preferred: number }): AppError =>
    new AppError({
      kind: "retry",
      code: "preferred-leader-not-available",
      message: "the first replica is away or not in sync: start its broker, or wait until it has caught up",
      context,
    }),
  tooFewCame: (topic: string, partition: number): AppError =>
    new AppError({
      kind: "retry",
      code: "too-few-replicas-registered",
      message:
        "fewer replicas of the partition than min.insync.replicas have registered since the coordinator took over: start their brokers, or elect one of those that are there uncleanly",
      context: { topic, partition },
    }),
  eligibleLeadersNotAvailable: (topic: string, partition: number): AppError =>
    new AppError({
      kind: "retry",
      code: "eligible-leaders-not-available",
      message: "no replica of the partition is on a live broker: start one of its brokers",
      context: { topic, partition },
    }),
  unknownBroker: (brokerId: number): AppError =>
    new AppError({
      kind: "not-found",
      code: "unknown-broker",
      message: "no broker with this id has registered: millrace broker list names them",
      context: { brokerId },
    }),
  brokerAway: (brokerId: number): AppError =>
    new AppError({
      kind: "unavailable",
      code: "broker-away",
      message: "the broker is not running, so that it can be given nothing: start it first",
      context: { brokerId },
    }),
  cannotDrain: (why: string, context: Readonly<Record<string, string | number>>): AppError =>
    new AppError({ kind: "conflict", code: "cannot-drain", message: why, context }),
  tooManyBrokers: (max: number): AppError =>
    new AppError({ kind: "exhausted", code: "too-many-brokers", message: "cluster has as many brokers as it may have", context: { max } }),
  invalidBrokerId: (brokerId: number): AppError =>
    new AppError({ kind: "invalid", code: "invalid-broker-id", message: "broker id must be 0 to 2147483647", context: { brokerId } }),
  brokerIdInUse: (brokerId: number, address: string): AppError =>
    new AppError({
      kind: "retry",
      code: "broker-id-in-use",
      message: "another broker with this id is alive: give this one another id, or wait until that one is gone",
      context: { brokerId, address },
    }),
  staleBrokerEpoch: (brokerId: number, brokerEpoch: number): AppError =>
    new AppError({
      kind: "fenced",
      code: "stale-broker-epoch",
      message: "broker has registered anew since: this one is of the past",
      context: { brokerId, brokerEpoch },
    }),
} as const;
