/**
 * Kafka's error codes, by Kafka's names in camel case: every code that a Millrace broker answers with, and those beside them that a client may report.
 * -1 means a bug here, never a known condition.
 */
export const KafkaErrorCode = {
  unknownServerError: -1,
  none: 0,
  offsetOutOfRange: 1,
  corruptMessage: 2,
  unknownTopicOrPartition: 3,
  invalidFetchSize: 4,
  leaderNotAvailable: 5,
  notLeaderOrFollower: 6,
  requestTimedOut: 7,
  brokerNotAvailable: 8,
  replicaNotAvailable: 9,
  messageTooLarge: 10,
  offsetMetadataTooLarge: 12,
  networkException: 13,
  coordinatorLoadInProgress: 14,
  coordinatorNotAvailable: 15,
  notCoordinator: 16,
  invalidTopicException: 17,
  recordListTooLarge: 18,
  notEnoughReplicas: 19,
  notEnoughReplicasAfterAppend: 20,
  invalidRequiredAcks: 21,
  illegalGeneration: 22,
  inconsistentGroupProtocol: 23,
  invalidGroupId: 24,
  unknownMemberId: 25,
  invalidSessionTimeout: 26,
  rebalanceInProgress: 27,
  invalidCommitOffsetSize: 28,
  topicAuthorizationFailed: 29,
  groupAuthorizationFailed: 30,
  clusterAuthorizationFailed: 31,
  invalidTimestamp: 32,
  unsupportedSaslMechanism: 33,
  illegalSaslState: 34,
  unsupportedVersion: 35,
  topicAlreadyExists: 36,
  invalidPartitions: 37,
  invalidReplicationFactor: 38,
  invalidReplicaAssignment: 39,
  invalidConfig: 40,
  notController: 41,
  invalidRequest: 42,
  unsupportedForMessageFormat: 43,
  policyViolation: 44,
  outOfOrderSequenceNumber: 45,
  duplicateSequenceNumber: 46,
  invalidProducerEpoch: 47,
  invalidTxnState: 48,
  invalidProducerIdMapping: 49,
  invalidTransactionTimeout: 50,
  concurrentTransactions: 51,
  transactionCoordinatorFenced: 52,
  transactionalIdAuthorizationFailed: 53,
  securityDisabled: 54,
  operationNotAttempted: 55,
  kafkaStorageError: 56,
  logDirNotFound: 57,
  saslAuthenticationFailed: 58,
  unknownProducerId: 59,
  reassignmentInProgress: 60,
  nonEmptyGroup: 68,
  groupIdNotFound: 69,
  fetchSessionIdNotFound: 70,
  invalidFetchSessionEpoch: 71,
  listenerNotFound: 72,
  topicDeletionDisabled: 73,
  fencedLeaderEpoch: 74,
  unknownLeaderEpoch: 75,
  unsupportedCompressionType: 76,
  staleBrokerEpoch: 77,
  offsetNotAvailable: 78,
  memberIdRequired: 79,
  preferredLeaderNotAvailable: 80,
  groupMaxSizeReached: 81,
  fencedInstanceId: 82,
  eligibleLeadersNotAvailable: 83,
  electionNotNeeded: 84,
  noReassignmentInProgress: 85,
  groupSubscribedToTopic: 86,
  invalidRecord: 87,
  unstableOffsetCommit: 88,
  throttlingQuotaExceeded: 89,
  producerFenced: 90,
  resourceNotFound: 91,
  duplicateResource: 92,
  invalidUpdateVersion: 95,
  featureUpdateFailed: 96,
  unknownTopicId: 100,
  inconsistentTopicId: 103,
  inconsistentClusterId: 104,
  transactionalIdNotFound: 105,
  fetchSessionTopicIdError: 106,
  offsetMovedToTieredStorage: 109,
  fencedMemberEpoch: 110,
  unreleasedInstanceId: 111,
  unsupportedAssignor: 112,
  staleMemberEpoch: 113,
  mismatchedEndpointType: 114,
  unsupportedEndpointType: 115,
  transactionAbortable: 120,
  invalidRegularExpression: 128,
  rebootstrapRequired: 129,
} as const satisfies Readonly<Record<string, number>>;

/** One of the codes. */
export type KafkaErrorCode = (typeof KafkaErrorCode)[keyof typeof KafkaErrorCode];

/** Codes after which clients try again by themselves. 51 is not among them: only the transaction calls of clients repeat it. */
const retriable: ReadonlySet<number> = new Set([
  2, 3, 5, 6, 7, 9, 13, 14, 15, 16, 19, 20, 41, 56, 70, 71, 72, 74, 75, 78, 80, 83, 88, 89, 100, 103, 106,
]);

const nameOfCode: ReadonlyMap<number, string> = new Map(
  Object.entries(KafkaErrorCode).map(([name, code]) => [code, name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()]),
);

/** Whether clients repeat the request (after new metadata, most often) when they see the code. */
export function isRetriableCode(code: number): boolean {
  return retriable.has(code);
}

/** Kafka's name of a code, as clients print it: `NOT_COORDINATOR`; `UNKNOWN_<code>` for one that is not in the table. */
export function errorName(code: number): string {
  return nameOfCode.get(code) ?? `UNKNOWN_${code}`;
}
