import { create } from "@bufbuild/protobuf";
import { Isolation, ListOffsetsRequestSchema } from "@millrace/contracts";
import { listOffsetsApi, type ListOffsetsRequestPartition } from "@millrace/kafka-wire";
import { listOffsets as listOffsetsShared } from "../rpc/list-offsets.ts";
import { kafkaCodeOf, kafkaCodeOfWire, KafkaError } from "./error-codes.ts";
import type { KafkaContext } from "./kafka-context.ts";
import { serve } from "./served-api.ts";

const EARLIEST = -2;
const EARLIEST_LOCAL = -4;
const LATEST_TIERED = -5;

/**
 * ListOffsets v1-10: v2 isolation; v4 leader epochs; v7 offset of the greatest timestamp (-3); v8 earliest local (-4: the earliest, as nothing is tiered); v9
 * last tiered (-5: none). Partitions succeed or fail alone.
 */
export const listOffsets = serve(listOffsetsApi, (request, _call, context) => {
  const isolation = request.isolationLevel === 1 ? Isolation.READ_COMMITTED : Isolation.READ_UNCOMMITTED;
  const topics = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((asked) => answer(name, asked, isolation, context)),
  }));
  return Promise.resolve({ topics });
});

function answer(topic: string, asked: ListOffsetsRequestPartition, isolation: Isolation, context: KafkaContext) {
  const { partitionIndex, timestamp } = asked;
  if (timestamp === LATEST_TIERED) return { partitionIndex, errorCode: KafkaError.NONE };
  try {
    const timestampMs = BigInt(timestamp === EARLIEST_LOCAL ? EARLIEST : timestamp);
    const query = create(ListOffsetsRequestSchema, { isolation, queries: [{ topic, partition: partitionIndex, timestampMs }] });
    const [found] = listOffsetsShared(query, context).answers;
    if (found === undefined) return { partitionIndex, errorCode: KafkaError.UNKNOWN_SERVER_ERROR };
    const { offset, leaderEpoch } = found;
    const errorCode = "error" in found ? kafkaCodeOfWire(found.error) : KafkaError.NONE;
    return {
      partitionIndex,
      errorCode,
      offset: Number(offset),
      timestamp: timestamp >= 0 || timestamp === -3 ? Number(found.timestampMs) : -1,
      leaderEpoch,
    };
  } catch (error) {
    return { partitionIndex, errorCode: kafkaCodeOf(error) };
  }
}
