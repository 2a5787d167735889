import { create } from "@bufbuild/protobuf";
import { ListPartitionReassignmentsRequestSchema, type OngoingReassignment } from "@millrace/contracts";
import { listPartitionReassignmentsApi } from "@millrace/kafka-wire";
import { kafkaCodeOf, KafkaError, messageOf } from "./error-codes.ts";
import { serve } from "./served-api.ts";

/** ListPartitionReassignments v0: asked of the coordinator, so that what was just asked for is there, whichever broker took it. Those that wait for their turn are among them. */
export const listPartitionReassignments = serve(listPartitionReassignmentsApi, async ({ topics }, { call }, { placement }) => {
  const request = create(ListPartitionReassignmentsRequestSchema, { topics: topics?.map(({ name }) => name) ?? [] });
  try {
    const found = topics?.length === 0 ? [] : (await placement.listPartitionReassignments(request, call)).reassignments;
    const wanted = (of: OngoingReassignment): boolean =>
      topics === null || topics.some(({ name, partitionIndexes }) => name === of.topic && partitionIndexes.includes(of.partition));
    const byTopic = new Map<string, OngoingReassignment[]>();
    for (const one of found.filter(wanted)) byTopic.set(one.topic, [...(byTopic.get(one.topic) ?? []), one]);
    return {
      errorCode: KafkaError.NONE,
      errorMessage: null,
      topics: [...byTopic].map(([name, partitions]) => ({
        name,
        partitions: partitions.map(({ partition, replicas, addingReplicas, removingReplicas }) => ({
          partitionIndex: partition,
          replicas,
          addingReplicas,
          removingReplicas,
        })),
      })),
    };
  } catch (error) {
    return { errorCode: kafkaCodeOf(error), errorMessage: messageOf(error), topics: [] };
  }
});
