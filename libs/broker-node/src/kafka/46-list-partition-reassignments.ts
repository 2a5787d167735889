import { listPartitionReassignmentsApi } from "@millrace/kafka-wire";
import { KafkaError } from "./error-codes.ts";
import { serve } from "./served-api.ts";

/** ListPartitionReassignments v0: replicas are not moved in this release, so none is on its way. */
export const listPartitionReassignments = serve(listPartitionReassignmentsApi, () =>
  Promise.resolve({ errorCode: KafkaError.NONE, topics: [] }),
);
