import { create } from "@bufbuild/protobuf";
import { AlterPartitionReassignmentsRequestSchema, errorFromWire } from "@millrace/contracts";
import { alterPartitionReassignmentsApi } from "@millrace/kafka-wire";
import { kafkaCodeOf, KafkaError, messageOf } from "./error-codes.ts";
import { serve } from "./served-api.ts";

/**
 * AlterPartitionReassignments v0-1: v1 whether the number of replicas may change. Moves are written down when this is answered; the coordinator begins and completes
 * them. Null replicas cancel (85 if nothing is under way).
 */
export const alterPartitionReassignments = serve(
  alterPartitionReassignmentsApi,
  async ({ topics, allowReplicationFactorChange }, { call, version }, { placement }) => {
    const asked = topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, replicas }) => ({
        topic: name,
        partition: partitionIndex,
        ...(replicas === null ? {} : { target: { brokerIds: [...replicas] } }),
      })),
    );
    const request = { reassignments: asked, keepReplicationFactor: version >= 1 && !allowReplicationFactorChange };
    try {
      const { outcomes } = await placement.alterPartitionReassignments(create(AlterPartitionReassignmentsRequestSchema, request), call);
      let next = 0;
      const responses = topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => {
          const wire = outcomes[next++]?.error;
          if (wire === undefined) return { partitionIndex, errorCode: KafkaError.NONE, errorMessage: null };
          const error = errorFromWire(wire);
          return { partitionIndex, errorCode: kafkaCodeOf(error), errorMessage: messageOf(error) };
        }),
      }));
      return { errorCode: KafkaError.NONE, errorMessage: null, responses };
    } catch (error) {
      return { errorCode: kafkaCodeOf(error), errorMessage: messageOf(error), responses: [] };
    }
  },
);
