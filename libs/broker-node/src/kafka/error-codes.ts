import { errorFromWire, type WireError } from "@millrace/contracts";
import { type AppError, type ErrorKind, toAppError } from "@millrace/model";

/** Kafka's error codes, by Kafka's names. */
export const KafkaError = {
  UNKNOWN_SERVER_ERROR: -1,
  NONE: 0,
  OFFSET_OUT_OF_RANGE: 1,
  CORRUPT_MESSAGE: 2,
  UNKNOWN_TOPIC_OR_PARTITION: 3,
  LEADER_NOT_AVAILABLE: 5,
  NOT_LEADER_OR_FOLLOWER: 6,
  REQUEST_TIMED_OUT: 7,
  MESSAGE_TOO_LARGE: 10,
  COORDINATOR_LOAD_IN_PROGRESS: 14,
  COORDINATOR_NOT_AVAILABLE: 15,
  NOT_COORDINATOR: 16,
  INVALID_TOPIC: 17,
  NOT_ENOUGH_REPLICAS: 19,
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 20,
  INVALID_REQUIRED_ACKS: 21,
  INVALID_GROUP_ID: 24,
  INVALID_TIMESTAMP: 32,
  UNSUPPORTED_VERSION: 35,
  TOPIC_ALREADY_EXISTS: 36,
  INVALID_PARTITIONS: 37,
  INVALID_REPLICATION_FACTOR: 38,
  INVALID_REPLICA_ASSIGNMENT: 39,
  INVALID_CONFIG: 40,
  INVALID_REQUEST: 42,
  POLICY_VIOLATION: 44,
  OUT_OF_ORDER_SEQUENCE_NUMBER: 45,
  INVALID_PRODUCER_EPOCH: 47,
  INVALID_TXN_STATE: 48,
  INVALID_PRODUCER_ID_MAPPING: 49,
  INVALID_TRANSACTION_TIMEOUT: 50,
  CONCURRENT_TRANSACTIONS: 51,
  TRANSACTION_COORDINATOR_FENCED: 52,
  OPERATION_NOT_ATTEMPTED: 55,
  KAFKA_STORAGE_ERROR: 56,
  FETCH_SESSION_ID_NOT_FOUND: 70,
  INVALID_FETCH_SESSION_EPOCH: 71,
  FENCED_LEADER_EPOCH: 74,
  UNKNOWN_LEADER_EPOCH: 75,
  UNSUPPORTED_COMPRESSION_TYPE: 76,
  OFFSET_NOT_AVAILABLE: 78,
  PREFERRED_LEADER_NOT_AVAILABLE: 80,
  ELIGIBLE_LEADERS_NOT_AVAILABLE: 83,
  ELECTION_NOT_NEEDED: 84,
  NO_REASSIGNMENT_IN_PROGRESS: 85,
  INVALID_RECORD: 87,
  PRODUCER_FENCED: 90,
  INVALID_UPDATE_VERSION: 95,
  UNKNOWN_TOPIC_ID: 100,
  INCONSISTENT_TOPIC_ID: 103,
  TRANSACTIONAL_ID_NOT_FOUND: 105,
  FETCH_SESSION_TOPIC_ID_ERROR: 106,
  TRANSACTION_ABORTABLE: 120,
  INVALID_REGULAR_EXPRESSION: 128,
} as const;

const E = KafkaError;

/** By the stable code of an error: what Kafka's clients understand. Codes not listed go by kind. */
const BY_CODE: Readonly<Record<string, number>> = {
  "unknown-topic": E.UNKNOWN_TOPIC_OR_PARTITION,
  "unknown-partition": E.UNKNOWN_TOPIC_OR_PARTITION,
  "unknown-topic-id": E.UNKNOWN_TOPIC_ID,
  "inconsistent-topic-id": E.INCONSISTENT_TOPIC_ID,
  "not-leader": E.NOT_LEADER_OR_FOLLOWER,
  "partition-opening": E.NOT_LEADER_OR_FOLLOWER,
  "broker-stopping": E.NOT_LEADER_OR_FOLLOWER,
  "leader-not-available": E.LEADER_NOT_AVAILABLE,
  "broker-starting": E.LEADER_NOT_AVAILABLE,
  "no-coordinator": E.COORDINATOR_NOT_AVAILABLE,
  unreachable: E.COORDINATOR_NOT_AVAILABLE,
  "partition-failed": E.KAFKA_STORAGE_ERROR,
  "log-failed": E.KAFKA_STORAGE_ERROR,
  "log-corrupt": E.KAFKA_STORAGE_ERROR,
  "disk-full": E.KAFKA_STORAGE_ERROR,
  "disk-failed": E.KAFKA_STORAGE_ERROR,
  "memory-full": E.KAFKA_STORAGE_ERROR,
  "not-enough-replicas": E.NOT_ENOUGH_REPLICAS,
  "not-enough-replicas-after-append": E.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
  "request-timed-out": E.REQUEST_TIMED_OUT,
  "offset-out-of-range": E.OFFSET_OUT_OF_RANGE,
  "offset-not-available": E.OFFSET_NOT_AVAILABLE,
  "fenced-leader-epoch": E.FENCED_LEADER_EPOCH,
  "unknown-leader-epoch": E.UNKNOWN_LEADER_EPOCH,
  "corrupt-batch": E.CORRUPT_MESSAGE,
  "corrupt-records": E.INVALID_RECORD,
  "invalid-batch": E.INVALID_RECORD,
  "record-without-key": E.INVALID_RECORD,
  "corrupt-payload": E.CORRUPT_MESSAGE,
  "payload-too-large": E.MESSAGE_TOO_LARGE,
  "record-too-large": E.MESSAGE_TOO_LARGE,
  "unsupported-compression": E.UNSUPPORTED_COMPRESSION_TYPE,
  "invalid-timestamp": E.INVALID_TIMESTAMP,
  "out-of-order-sequence": E.OUT_OF_ORDER_SEQUENCE_NUMBER,
  "producer-fenced": E.PRODUCER_FENCED,
  "transaction-coordinator-fenced": E.TRANSACTION_COORDINATOR_FENCED,
  "transaction-not-verified": E.INVALID_TXN_STATE,
  "transaction-ended-meanwhile": E.INVALID_TXN_STATE,
  "transaction-open": E.INVALID_TXN_STATE,
  "invalid-transaction-state": E.INVALID_TXN_STATE,
  "invalid-producer-id-mapping": E.INVALID_PRODUCER_ID_MAPPING,
  "invalid-transaction-timeout": E.INVALID_TRANSACTION_TIMEOUT,
  "concurrent-transactions": E.CONCURRENT_TRANSACTIONS,
  "transaction-coordinator-loading": E.COORDINATOR_LOAD_IN_PROGRESS,
  "transaction-coordinator-not-available": E.COORDINATOR_NOT_AVAILABLE,
  "not-transaction-coordinator": E.NOT_COORDINATOR,
  "topic-exists": E.TOPIC_ALREADY_EXISTS,
  "internal-topic": E.INVALID_TOPIC,
  "invalid-topic-name": E.INVALID_TOPIC,
  "colliding-topic-name": E.INVALID_TOPIC,
  "invalid-partitions": E.INVALID_PARTITIONS,
  "not-more-partitions": E.INVALID_PARTITIONS,
  "too-many-partitions": E.POLICY_VIOLATION,
  "invalid-replication-factor": E.INVALID_REPLICATION_FACTOR,
  "not-enough-brokers": E.INVALID_REPLICATION_FACTOR,
  "replication-unsupported": E.INVALID_REPLICATION_FACTOR,
  "counts-beside-assignments": E.INVALID_REQUEST,
  "invalid-replica-assignment": E.INVALID_REPLICA_ASSIGNMENT,
  "no-reassignment-in-progress": E.NO_REASSIGNMENT_IN_PROGRESS,
  "election-not-needed": E.ELECTION_NOT_NEEDED,
  "preferred-leader-not-available": E.PREFERRED_LEADER_NOT_AVAILABLE,
  "eligible-leaders-not-available": E.ELIGIBLE_LEADERS_NOT_AVAILABLE,
  "not-replicable": E.INVALID_CONFIG,
  "unknown-topic-config": E.INVALID_CONFIG,
  "invalid-topic-config": E.INVALID_CONFIG,
};

const BY_KIND: Readonly<Record<ErrorKind, number>> = {
  invalid: E.INVALID_REQUEST,
  "not-found": E.UNKNOWN_TOPIC_OR_PARTITION,
  conflict: E.INVALID_REQUEST,
  fenced: E.INVALID_PRODUCER_EPOCH,
  exhausted: E.REQUEST_TIMED_OUT, // the one code that every client repeats
  retry: E.REQUEST_TIMED_OUT,
  unavailable: E.REQUEST_TIMED_OUT,
  corrupt: E.KAFKA_STORAGE_ERROR,
  internal: E.UNKNOWN_SERVER_ERROR,
};

/** The Kafka code of any error. Where one error has two names by version or API, its handler translates further. */
export function kafkaCodeOf(error: unknown): number {
  const { code, kind } = toAppError(error);
  return BY_CODE[code] ?? BY_KIND[kind];
}

/** The same for an error inside an answer of a shared handler; 0 without one. */
export function kafkaCodeOfWire(error: WireError | undefined): number {
  return error === undefined ? E.NONE : kafkaCodeOf(errorFromWire(error));
}

/** What went wrong, for those versions that carry words. */
export function messageOf(error: unknown): string {
  const { message }: AppError = toAppError(error);
  return message;
}
