import { create } from "@bufbuild/protobuf";
import { ElectionKind, ElectLeadersRequestSchema, errorFromWire, type PartitionOutcome } from "@millrace/contracts";
import { electLeadersApi, type ElectLeadersResponsePartitionResultInit } from "@millrace/kafka-wire";
import { kafkaCodeOf, KafkaError, messageOf } from "./error-codes.ts";
import { serve } from "./served-api.ts";

const KINDS: Readonly<Record<number, ElectionKind>> = { 0: ElectionKind.PREFERRED, 1: ElectionKind.UNCLEAN };

/**
 * ElectLeaders v0-2: v1 the kind of election. Answered when the leaders are written down. An election that is asked for and finds its leader there is 84, one without a
 * replica that could lead 80 (preferred) or 83 (unclean). Without partitions: all for which there was something to do.
 */
export const electLeaders = serve(electLeadersApi, async ({ electionType, topicPartitions }, { version, call }, { placement }) => {
  const kind = KINDS[version === 0 ? 0 : electionType];
  if (kind === undefined) return { errorCode: KafkaError.INVALID_REQUEST, replicaElectionResults: [] };
  const partitions = topicPartitions?.flatMap(({ topic, partitions: indexes }) => indexes.map((partition) => ({ topic, partition }))) ?? [];
  if (topicPartitions !== null && partitions.length === 0) return { errorCode: KafkaError.NONE, replicaElectionResults: [] };
  try {
    const { outcomes } = await placement.electLeaders(create(ElectLeadersRequestSchema, { kind, partitions }), call);
    const byTopic = new Map<string, ElectLeadersResponsePartitionResultInit[]>();
    for (const outcome of outcomes) byTopic.set(outcome.topic, [...(byTopic.get(outcome.topic) ?? []), resultOf(outcome)]);
    const replicaElectionResults = [...byTopic].map(([topic, partitionResult]) => ({ topic, partitionResult }));
    return { errorCode: KafkaError.NONE, replicaElectionResults };
  } catch (error) {
    return { errorCode: kafkaCodeOf(error), replicaElectionResults: [] };
  }
});

function resultOf({ partition: partitionId, error: wire }: PartitionOutcome): ElectLeadersResponsePartitionResultInit {
  if (wire === undefined) return { partitionId, errorCode: KafkaError.NONE, errorMessage: null };
  const error = errorFromWire(wire);
  return { partitionId, errorCode: kafkaCodeOf(error), errorMessage: messageOf(error) };
}
