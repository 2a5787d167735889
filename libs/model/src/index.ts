export type { Branded } from "./brand.ts";
export { BUCKET_COUNT, bucketRangeOfSlot, slotOfBucket } from "./bucket.ts";
export { type CanonicalKey, canonicalKey, compositeText } from "./canonical-key.ts";
export { AppError, type AppErrorInit, type ErrorKind, isRetriable, toAppError } from "./errors.ts";
export {
  type BatchNumber, batchNumber, type BrokerEpoch, brokerEpoch, type BrokerId, brokerId, type CoordinatorEpoch, coordinatorEpoch,
  type JobEpoch, jobEpoch, type JobId, type LeaderEpoch, leaderEpoch, NO_LEADER_EPOCH, NO_PRODUCER_EPOCH, NO_PRODUCER_ID, NO_TIMESTAMP,
  type Offset, offset, offsetFromWire, type PartitionEpoch, partitionEpoch, type ProducerEpoch, producerEpoch, type ProducerId, producerId,
  producerIdFromWire, type TimestampMs, timestampFromWire, timestampMs, type TopicId, type TopicPartition, topicPartitionKey,
} from "./ids.ts";
export {
  type FieldType, JOB_SETTINGS_DEFAULT, type JobGraph, type JobSettings, type JoinSides, type OperatorKind, type OperatorNode, OUTPUT_KINDS,
  type SerdeDescriptor, type TimeWindowDescriptor, type TopicSinkDescriptor, type TopicSourceDescriptor,
} from "./job-graph.ts";
export type { JobDefinition, JobFunction, JobFunctions } from "./job-definition.ts";
export {
  assertTopicName, CHECKPOINTS_TOPIC, type CleanupPolicy, type FlushMode, GROUP_OFFSETS_TOPIC, isInternalTopic, PARTITIONS_PER_TOPIC_MAX, type PartitionState,
  SINK_MARKS_TOPIC, type StorageEngine, TOPIC_NAME_LENGTH_MAX, type TopicConfig, type TopicDescription, TRANSACTION_STATE_TOPIC,
} from "./topic.ts";
export { resolveTopicConfig, TOPIC_CONFIG_KEYS } from "./topic-config.ts";
export {
  countByValueAndWindowRecipe, countByWindowRecipe, groupByKeyAndWindowRecipe, type RecipeStep, reduceByWindowRecipe,
} from "./window-recipes.ts";
