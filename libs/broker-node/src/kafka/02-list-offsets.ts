import { listOffsetsApi, type ListOffsetsRequestPartition, type ListOffsetsResponsePartitionInit } from "@millrace/kafka-wire";
import type { Isolation, TimeQuery } from "@millrace/log-engine";
import { timestampMs } from "@millrace/model";
import type { LocalPartition } from "../partitions/local-partition.ts";
import { mayBeDeposed } from "../reads/may-be-deposed.ts";
import { leaderOf } from "../reads/read-partitions.ts";
import { kafkaCodeOf, KafkaError } from "./error-codes.ts";
import type { KafkaContext } from "./kafka-context.ts";
import { serve } from "./served-api.ts";

const LATEST = -1;
const EARLIEST = -2;
const MAX_TIMESTAMP = -3;
const EARLIEST_LOCAL = -4;
const LATEST_TIERED = -5;
const OFFSET_NOT_AVAILABLE_MIN = 5;

/**
 * ListOffsets v1-10: v2 isolation; v4 leader epochs; v5 error 78; v7 offset of the greatest timestamp (-3); v8 earliest local (-4: the earliest, as nothing is
 * tiered); v9 last tiered (-5: none). Partitions succeed or fail alone.
 */
export const listOffsets = serve(listOffsetsApi, (request, { version }, context) => {
  const isolation = request.isolationLevel === 1 ? "read-committed" : "read-uncommitted";
  const topics = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((asked) => answer(name, asked, { isolation, version, context })),
  }));
  return Promise.resolve({ topics });
});

function answer(
  topic: string,
  { partitionIndex, timestamp, currentLeaderEpoch }: ListOffsetsRequestPartition,
  of: { isolation: Isolation; version: number; context: KafkaContext },
): ListOffsetsResponsePartitionInit {
  try {
    const query = queryOf(timestamp);
    const at = { topic, partition: partitionIndex, leaderEpoch: currentLeaderEpoch < 0 ? undefined : currentLeaderEpoch };
    const { log, leaderEpoch } = leaderOf(at, of.context);
    if (query === undefined)
      return { partitionIndex, errorCode: timestamp === LATEST_TIERED ? KafkaError.NONE : KafkaError.INVALID_REQUEST };
    if (query !== "earliest" && (isBehindItsEpoch(log) || mayBeDeposed({ topic, partition: partitionIndex }, of.context))) {
      const errorCode = of.version >= OFFSET_NOT_AVAILABLE_MIN ? KafkaError.OFFSET_NOT_AVAILABLE : KafkaError.LEADER_NOT_AVAILABLE;
      return { partitionIndex, errorCode };
    }
    const found = log.offsetForTime(query, of.isolation);
    if (found === undefined) return { partitionIndex, errorCode: KafkaError.NONE, leaderEpoch: leaderEpoch ?? -1 };
    return { partitionIndex, errorCode: KafkaError.NONE, ...found };
  } catch (error) {
    return { partitionIndex, errorCode: kafkaCodeOf(error) };
  }
}

/** undefined: not a question that Millrace's logs can answer (tiers). */
function queryOf(timestamp: number): TimeQuery | undefined {
  if (timestamp === LATEST) return "latest";
  if (timestamp === EARLIEST || timestamp === EARLIEST_LOCAL) return "earliest";
  if (timestamp === MAX_TIMESTAMP) return "max-timestamp";
  return timestamp < 0 ? undefined : timestampMs(timestamp);
}

/** A new leader does not know yet how much of the former epoch is committed: a number now could be lower than one given before (G23). */
function isBehindItsEpoch(log: LocalPartition["log"]): boolean {
  return log.highWatermark < log.leaderEpochStartOffset;
}
