export {
  BROKER_PREFIX,
  CLUSTER_KEY,
  decodeClusterState,
  encodeChange,
  PRODUCER_IDS_KEY,
  type StoredChange,
  TOPIC_PREFIX,
} from "./entries.ts";
export type {
  AlterPartitions,
  AlterTopicConfigs,
  Came,
  ClusterEvent,
  ClusterResponse,
  ConfigChange,
  CreatePartitions,
  CreateTopic,
  Decision,
  ElectByLogs,
  ElectionKind,
  InSyncAnswer,
  InSyncWish,
  LogEnd,
  LogReport,
  PartitionOutcome,
  PartitionReassignment,
  PlacementContext,
  PlacementSettings,
  ReassignPartitions,
  ReplicaAssignments,
  RegisterBroker,
  SettlePartitions,
} from "./events.ts";
export { leaderless, mayHaveAll, type LeaderlessPartition } from "./elect-by-logs.ts";
export { errors as placementErrors } from "./errors.ts";
export { handle } from "./handle.ts";
export {
  BROKERS_MAX,
  PARTITIONS_PER_CLUSTER_MAX,
  PRODUCER_ID_BLOCK,
  REASSIGNMENTS_PER_REQUEST_MAX,
  REPLICATION_FACTOR_MAX,
} from "./limits.ts";
export { hasBegun, reassigning } from "./reassignments.ts";
export { isSettled } from "./settle.ts";
export { areEnoughWitnesses } from "./witnesses.ts";
export { brokersAwaited, canRebuild, type ClusterKnowledge, type KnownLog, logKey, rebuildCluster } from "./rebuild.ts";
export {
  applyChange,
  type BrokerState,
  type BrokerStatus,
  type ClusterChange,
  type ClusterIdentity,
  type ClusterState,
  copyClusterState,
  createClusterState,
  liveBrokers,
  partitionCount,
  topicByName,
} from "./state.ts";
