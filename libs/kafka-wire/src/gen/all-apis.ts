// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { produceApi } from "./00-produce.ts";
import { fetchApi } from "./01-fetch.ts";
import { listOffsetsApi } from "./02-list-offsets.ts";
import { metadataApi } from "./03-metadata.ts";
import { offsetCommitApi } from "./08-offset-commit.ts";
import { offsetFetchApi } from "./09-offset-fetch.ts";
import { findCoordinatorApi } from "./10-find-coordinator.ts";
import { joinGroupApi } from "./11-join-group.ts";
import { heartbeatApi } from "./12-heartbeat.ts";
import { leaveGroupApi } from "./13-leave-group.ts";
import { syncGroupApi } from "./14-sync-group.ts";
import { describeGroupsApi } from "./15-describe-groups.ts";
import { listGroupsApi } from "./16-list-groups.ts";
import { apiVersionsApi } from "./18-api-versions.ts";
import { createTopicsApi } from "./19-create-topics.ts";
import { deleteTopicsApi } from "./20-delete-topics.ts";
import { deleteRecordsApi } from "./21-delete-records.ts";
import { initProducerIdApi } from "./22-init-producer-id.ts";
import { offsetForLeaderEpochApi } from "./23-offset-for-leader-epoch.ts";
import { addPartitionsToTxnApi } from "./24-add-partitions-to-txn.ts";
import { addOffsetsToTxnApi } from "./25-add-offsets-to-txn.ts";
import { endTxnApi } from "./26-end-txn.ts";
import { txnOffsetCommitApi } from "./28-txn-offset-commit.ts";
import { describeConfigsApi } from "./32-describe-configs.ts";
import { alterConfigsApi } from "./33-alter-configs.ts";
import { describeLogDirsApi } from "./35-describe-log-dirs.ts";
import { createPartitionsApi } from "./37-create-partitions.ts";
import { deleteGroupsApi } from "./42-delete-groups.ts";
import { electLeadersApi } from "./43-elect-leaders.ts";
import { incrementalAlterConfigsApi } from "./44-incremental-alter-configs.ts";
import { alterPartitionReassignmentsApi } from "./45-alter-partition-reassignments.ts";
import { listPartitionReassignmentsApi } from "./46-list-partition-reassignments.ts";
import { offsetDeleteApi } from "./47-offset-delete.ts";
import { updateFeaturesApi } from "./57-update-features.ts";
import { describeClusterApi } from "./60-describe-cluster.ts";
import { describeProducersApi } from "./61-describe-producers.ts";
import { describeTransactionsApi } from "./65-describe-transactions.ts";
import { listTransactionsApi } from "./66-list-transactions.ts";
import { consumerGroupHeartbeatApi } from "./68-consumer-group-heartbeat.ts";
import { consumerGroupDescribeApi } from "./69-consumer-group-describe.ts";
import { listConfigResourcesApi } from "./74-list-config-resources.ts";
import { describeTopicPartitionsApi } from "./75-describe-topic-partitions.ts";

/** Every API that has codecs, by ascending key. */
export const allApis: readonly ApiCodec[] = [
  produceApi,
  fetchApi,
  listOffsetsApi,
  metadataApi,
  offsetCommitApi,
  offsetFetchApi,
  findCoordinatorApi,
  joinGroupApi,
  heartbeatApi,
  leaveGroupApi,
  syncGroupApi,
  describeGroupsApi,
  listGroupsApi,
  apiVersionsApi,
  createTopicsApi,
  deleteTopicsApi,
  deleteRecordsApi,
  initProducerIdApi,
  offsetForLeaderEpochApi,
  addPartitionsToTxnApi,
  addOffsetsToTxnApi,
  endTxnApi,
  txnOffsetCommitApi,
  describeConfigsApi,
  alterConfigsApi,
  describeLogDirsApi,
  createPartitionsApi,
  deleteGroupsApi,
  electLeadersApi,
  incrementalAlterConfigsApi,
  alterPartitionReassignmentsApi,
  listPartitionReassignmentsApi,
  offsetDeleteApi,
  updateFeaturesApi,
  describeClusterApi,
  describeProducersApi,
  describeTransactionsApi,
  listTransactionsApi,
  consumerGroupHeartbeatApi,
  consumerGroupDescribeApi,
  listConfigResourcesApi,
  describeTopicPartitionsApi,
];
