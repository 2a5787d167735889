import { describeTransactionsApi } from "@millrace/kafka-wire";
import { kafkaCodeOf, KafkaError } from "./error-codes.ts";
import type { KafkaContext } from "./kafka-context.ts";
import { serve } from "./served-api.ts";

/** DescribeTransactions v0: ids that this broker coordinates; others are told that it is not their coordinator (16), unknown ones 105. */
export const describeTransactions = serve(describeTransactionsApi, ({ transactionalIds }, _call, context) =>
  Promise.resolve({ transactionStates: transactionalIds.map((id) => describe(id, context)) }),
);

const UNKNOWN = {
  transactionState: "",
  transactionTimeoutMs: -1,
  transactionStartTimeMs: -1,
  producerId: -1,
  producerEpoch: -1,
  topics: [],
};

function describe(transactionalId: string, { coordinators }: KafkaContext) {
  try {
    const entry = coordinators.describe(transactionalId);
    if (entry === undefined) return { ...UNKNOWN, transactionalId, errorCode: KafkaError.TRANSACTIONAL_ID_NOT_FOUND };
    const byTopic = Map.groupBy(entry.partitions, ({ topic }) => topic);
    return {
      errorCode: KafkaError.NONE,
      transactionalId,
      transactionState: entry.state,
      transactionTimeoutMs: entry.timeoutMs,
      transactionStartTimeMs: entry.startedAtMs,
      producerId: entry.producerId,
      producerEpoch: entry.producerEpoch,
      topics: [...byTopic].map(([topic, partitions]) => ({ topic, partitions: partitions.map(({ partition }) => partition) })),
    };
  } catch (error) {
    return { ...UNKNOWN, transactionalId, errorCode: kafkaCodeOf(error) };
  }
}
