import type { PartitionState } from "@millrace/contracts";
import type { ClusterView } from "../cluster-view.ts";
import { KafkaError } from "./error-codes.ts";

/** A partition as Metadata and DescribeTopicPartitions name it. Offline are replicas on brokers that are fenced or not known. */
export function partitionStateOf(view: Pick<ClusterView, "broker">, state: PartitionState) {
  const { partition, leader, leaderEpoch, replicas, inSyncSet } = state;
  return {
    errorCode: leader === undefined ? KafkaError.LEADER_NOT_AVAILABLE : KafkaError.NONE,
    partitionIndex: partition,
    leaderId: leader ?? -1,
    leaderEpoch,
    replicaNodes: replicas,
    isrNodes: inSyncSet,
    offlineReplicas: replicas.filter((id) => view.broker(id)?.fenced !== false),
  };
}
