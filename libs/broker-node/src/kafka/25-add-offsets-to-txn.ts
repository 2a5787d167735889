import { groupErrors } from "@millrace/groups";
import { addOffsetsToTxnApi } from "@millrace/kafka-wire";
import { GROUP_OFFSETS_TOPIC } from "@millrace/model";
import { KafkaError } from "./error-codes.ts";
import { serve } from "./served-api.ts";
import { ownerOf, transactionCodeOf } from "./transaction-owner.ts";

/** AddOffsetsToTxn v0-4: v2 error 90. The group's partition of the group log becomes one of the transaction, so that its offsets get the marker too. */
export const addOffsetsToTxn = serve(addOffsetsToTxnApi, async (request, { version }, { coordinators, groups }) => {
  try {
    const partition = groups.partitionOf(request.groupId);
    if (partition === undefined) throw groupErrors.coordinatorNotAvailable({ group: request.groupId });
    const partitions = [{ topic: GROUP_OFFSETS_TOPIC, partition }];
    await coordinators.submit({ kind: "addPartitions", ...ownerOf(request), partitions });
    return { errorCode: KafkaError.NONE };
  } catch (error) {
    return { errorCode: transactionCodeOf(error, version >= 2) };
  }
});
