import { describeProducersApi, type DescribeProducersResponsePartitionInit } from "@millrace/kafka-wire";
import { kafkaCodeOf, KafkaError, messageOf } from "./error-codes.ts";
import type { KafkaContext } from "./kafka-context.ts";
import { serve } from "./served-api.ts";

/** DescribeProducers v0: idempotent and transactional producers of partitions that this broker leads, with their open transactions: how a hanging one is found. */
export const describeProducers = serve(describeProducersApi, ({ topics }, _call, context) =>
  Promise.resolve({
    topics: topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partition) => describe(name, partition, context)),
    })),
  }),
);

function describe(topic: string, partitionIndex: number, { replicas }: KafkaContext): DescribeProducersResponsePartitionInit {
  try {
    const activeProducers = replicas.requireLeader(topic, partitionIndex).log.producers();
    return { partitionIndex, errorCode: KafkaError.NONE, activeProducers };
  } catch (error) {
    return { partitionIndex, errorCode: kafkaCodeOf(error), errorMessage: messageOf(error), activeProducers: [] };
  }
}
