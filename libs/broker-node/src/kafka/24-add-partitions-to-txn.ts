import { addPartitionsToTxnApi, type AddPartitionsToTxnRequestTopic } from "@millrace/kafka-wire";
import { KafkaError } from "./error-codes.ts";
import type { KafkaContext } from "./kafka-context.ts";
import { serve } from "./served-api.ts";
import { ownerOf, transactionCodeOf } from "./transaction-owner.ts";

interface Asked {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly verifyOnly: boolean;
  readonly topics: readonly AddPartitionsToTxnRequestTopic[];
}

/**
 * AddPartitionsToTxn v0-5: v2 error 90; v4 a list of transactions, and verification only. All partitions or none: with one that is not there the others are 55
 * (G35).
 */
export const addPartitionsToTxn = serve(addPartitionsToTxnApi, async (request, { version }, context) => {
  if (version >= 4) {
    const resultsByTransaction = await Promise.all(
      request.transactions.map(async (asked) => ({
        transactionalId: asked.transactionalId,
        topicResults: await addAll(asked, true, context),
      })),
    );
    return { errorCode: KafkaError.NONE, resultsByTransaction, resultsByTopicV3AndBelow: [] };
  }
  const {
    v3AndBelowTransactionalId: transactionalId,
    v3AndBelowProducerId: producerId,
    v3AndBelowProducerEpoch: producerEpoch,
    v3AndBelowTopics: topics,
  } = request;
  const results = await addAll({ transactionalId, producerId, producerEpoch, topics, verifyOnly: false }, version >= 2, context);
  return { errorCode: KafkaError.NONE, resultsByTransaction: [], resultsByTopicV3AndBelow: results };
});

async function addAll(asked: Asked, knowsFenced: boolean, context: KafkaContext) {
  const isThere = (topic: string, partition: number): boolean => context.view.partition(topic, partition) !== undefined;
  const answer = (codeOf: (topic: string, partition: number) => number) =>
    asked.topics.map(({ name, partitions }) => ({
      name,
      resultsByPartition: partitions.map((partitionIndex) => ({ partitionIndex, partitionErrorCode: codeOf(name, partitionIndex) })),
    }));
  if (!asked.topics.every(({ name, partitions }) => partitions.every((partition) => isThere(name, partition)))) {
    return answer((topic, partition) =>
      isThere(topic, partition) ? KafkaError.OPERATION_NOT_ATTEMPTED : KafkaError.UNKNOWN_TOPIC_OR_PARTITION,
    );
  }
  const code = await add(asked, context).then(
    () => KafkaError.NONE,
    (error: unknown) => transactionCodeOf(error, knowsFenced),
  );
  return answer(() => code);
}

async function add(asked: Asked, { coordinators }: KafkaContext): Promise<void> {
  const partitions = asked.topics.flatMap(({ name, partitions: of }) => of.map((partition) => ({ topic: name, partition })));
  const owner = ownerOf(asked);
  if (asked.verifyOnly) await coordinators.verify(owner, partitions);
  else await coordinators.submit({ kind: "addPartitions", ...owner, partitions });
}
