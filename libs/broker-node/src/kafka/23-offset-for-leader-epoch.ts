import {
  offsetForLeaderEpochApi,
  type OffsetForLeaderEpochRequestOffsetForLeaderPartition as Asked,
  type OffsetForLeaderEpochResponseEpochEndOffsetInit as EpochEnd,
} from "@millrace/kafka-wire";
import type { LeaderEpoch } from "@millrace/model";
import { leaderOf } from "../reads/read-partitions.ts";
import { kafkaCodeOf, KafkaError } from "./error-codes.ts";
import type { KafkaContext } from "./kafka-context.ts";
import { serve } from "./served-api.ts";

/**
 * OffsetForLeaderEpoch v2-4: where an epoch, or the greatest one below it, ends here. Consumers compare it with their position after a change of leaders (G24).
 * An epoch that this log has not seen ends nowhere (-1).
 */
export const offsetForLeaderEpoch = serve(offsetForLeaderEpochApi, (request, _call, context) => {
  const topics = request.topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map((asked) => answer(topic, asked, context)),
  }));
  return Promise.resolve({ topics });
});

function answer(topic: string, { partition, currentLeaderEpoch, leaderEpoch }: Asked, context: KafkaContext): EpochEnd {
  try {
    const at = { topic, partition, leaderEpoch: currentLeaderEpoch < 0 ? undefined : currentLeaderEpoch };
    const { log } = leaderOf(at, context);
    const end = leaderEpoch > log.leaderEpoch ? undefined : log.endOffsetOfEpoch(leaderEpoch as LeaderEpoch);
    return { errorCode: KafkaError.NONE, partition, leaderEpoch: end?.leaderEpoch ?? -1, endOffset: end?.endOffset ?? -1 };
  } catch (error) {
    return { errorCode: kafkaCodeOf(error), partition, leaderEpoch: -1, endOffset: -1 };
  }
}
