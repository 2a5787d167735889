import { create } from "@bufbuild/protobuf";
import { DeleteRecordsRequestSchema } from "@millrace/contracts";
import { deleteRecordsApi } from "@millrace/kafka-wire";
import { deleteRecords as deleteBefore } from "../rpc/delete-records.ts";
import { kafkaCodeOf, kafkaCodeOfWire, KafkaError } from "./error-codes.ts";
import { serve } from "./served-api.ts";

/** DeleteRecords v0-2: -1 is up to the high watermark. Each partition succeeds or fails alone; the answer's low watermark is the log's start afterwards. */
export const deleteRecords = serve(deleteRecordsApi, async (request, _call, context) => {
  const deletions = request.topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, offset }) => ({ topic: name, partition: partitionIndex, beforeOffset: BigInt(offset) })),
  );
  const results = await deleteBefore(create(DeleteRecordsRequestSchema, { deletions }), context).then(
    (answer) =>
      answer.results.map(({ logStartOffset, error }) => ({
        lowWatermark: Number(logStartOffset),
        errorCode: codeOf(kafkaCodeOfWire(error as never)),
      })),
    (error: unknown) => deletions.map(() => ({ lowWatermark: -1, errorCode: kafkaCodeOf(error) })),
  );
  let next = 0;
  return {
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        ...(results[next++] ?? { lowWatermark: -1, errorCode: KafkaError.UNKNOWN_SERVER_ERROR }),
      })),
    })),
  };
});

/** An offset that is not in the log is the one thing a client can get wrong here. */
function codeOf(code: number): number {
  return code === KafkaError.INVALID_REQUEST ? KafkaError.OFFSET_OUT_OF_RANGE : code;
}
