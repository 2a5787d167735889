import { create } from "@bufbuild/protobuf";
import { DeleteRecordsRequestSchema } from "@millrace/contracts";
import { deleteRecordsApi } from "@millrace/kafka-wire";
import { deleteRecords as deleteBefore } from "../rpc/delete-records.ts";
import { kafkaCodeOf, kafkaCodeOfWire, KafkaError } from "./error-codes.ts";
import type { KafkaContext } from "./kafka-context.ts";
import { serve } from "./served-api.ts";

interface Deleted {
  readonly lowWatermark: number;
  readonly errorCode: number;
}

/**
 * DeleteRecords v0-2: -1 is up to the high watermark. Each partition succeeds or fails alone; the answer's low watermark is the log's start afterwards. Not of the
 * cluster's own topics, where offsets of groups are (17), nor where cleanup.policy keeps the last record of each key for ever (44).
 */
export const deleteRecords = serve(deleteRecordsApi, async (request, _call, context) => {
  const asked = request.topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, offset }) => ({ topic: name, partition: partitionIndex, beforeOffset: BigInt(offset) })),
  );
  const mayDelete = asked.filter(({ topic }) => refusalOf(topic, context) === undefined);
  const deleted = await deleteAll(mayDelete, context);
  const results = asked.map(({ topic }): Deleted => {
    const errorCode = refusalOf(topic, context);
    return errorCode === undefined ? (deleted.shift() ?? UNKNOWN) : { lowWatermark: -1, errorCode };
  });
  return {
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, ...(results.shift() ?? UNKNOWN) })),
    })),
  };
});

const UNKNOWN: Deleted = { lowWatermark: -1, errorCode: KafkaError.UNKNOWN_SERVER_ERROR };

/** undefined: records of the topic may be deleted, or it does not exist, which its partitions say. */
function refusalOf(name: string, { view }: KafkaContext): number | undefined {
  const topic = view.topic(name);
  if (topic === undefined) return undefined;
  if (topic.internal) return KafkaError.INVALID_TOPIC;
  return topic.configs["cleanup.policy"]?.trim() === "compact" ? KafkaError.POLICY_VIOLATION : undefined;
}

async function deleteAll(
  deletions: readonly { topic: string; partition: number; beforeOffset: bigint }[],
  context: KafkaContext,
): Promise<Deleted[]> {
  try {
    const { results } = await deleteBefore(create(DeleteRecordsRequestSchema, { deletions: [...deletions] }), context);
    return results.map((result) => {
      const code = "error" in result ? kafkaCodeOfWire(result.error) : KafkaError.NONE;
      // An offset that is not in the log is the one thing a client can get wrong here.
      const errorCode = code === KafkaError.INVALID_REQUEST ? KafkaError.OFFSET_OUT_OF_RANGE : code;
      return { lowWatermark: Number(result.logStartOffset), errorCode };
    });
  } catch (error) {
    return deletions.map(() => ({ lowWatermark: -1, errorCode: kafkaCodeOf(error) }));
  }
}
