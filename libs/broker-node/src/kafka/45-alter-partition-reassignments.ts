import {
  alterPartitionReassignmentsApi,
  type AlterPartitionReassignmentsRequestReassignablePartition,
  type AlterPartitionReassignmentsResponseReassignablePartitionInit,
} from "@millrace/kafka-wire";
import type { ClusterView } from "../cluster-view.ts";
import { KafkaError } from "./error-codes.ts";
import { serve } from "./served-api.ts";

/**
 * AlterPartitionReassignments v0-1: partitions stay where they were placed, so that only the replicas that a partition has are accepted, and a cancellation finds
 * nothing under way (85).
 */
export const alterPartitionReassignments = serve(alterPartitionReassignmentsApi, ({ topics }, _call, { view }) =>
  Promise.resolve({
    errorCode: KafkaError.NONE,
    responses: topics.map(({ name, partitions }) => ({ name, partitions: partitions.map((partition) => answerOf(view, name, partition)) })),
  }),
);

function answerOf(
  view: ClusterView,
  topic: string,
  { partitionIndex, replicas }: AlterPartitionReassignmentsRequestReassignablePartition,
): AlterPartitionReassignmentsResponseReassignablePartitionInit {
  const answer = (errorCode: number, errorMessage: string | null) => ({ partitionIndex, errorCode, errorMessage });
  const state = view.partition(topic, partitionIndex);
  if (state === undefined) return answer(KafkaError.UNKNOWN_TOPIC_OR_PARTITION, "no such partition");
  if (replicas === null) return answer(KafkaError.NO_REASSIGNMENT_IN_PROGRESS, "no replica of the partition is being moved");
  const isSame = replicas.length === state.replicas.length && replicas.every((broker) => state.replicas.includes(broker));
  if (isSame && new Set(replicas).size === replicas.length) return answer(KafkaError.NONE, null);
  return answer(KafkaError.INVALID_REPLICA_ASSIGNMENT, "replicas cannot be moved between brokers in this release");
}
