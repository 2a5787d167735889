import { electLeadersApi, type ElectLeadersResponsePartitionResultInit } from "@millrace/kafka-wire";
import type { PartitionState } from "@millrace/contracts";
import type { ClusterView } from "../cluster-view.ts";
import { KafkaError } from "./error-codes.ts";
import { serve } from "./served-api.ts";

const PREFERRED = 0;
const UNCLEAN = 1;

/**
 * ElectLeaders v0-2: v1 the kind of election. The cluster elects by itself as soon as a replica may lead, so that an election that is asked for finds its leader
 * there (84), or nobody who could (80, 83). Without partitions all that lack a leader are answered.
 */
export const electLeaders = serve(electLeadersApi, ({ electionType, topicPartitions }, { version }, { view }) => {
  const kind = version === 0 ? PREFERRED : electionType;
  if (kind !== PREFERRED && kind !== UNCLEAN) return Promise.resolve({ errorCode: KafkaError.INVALID_REQUEST, replicaElectionResults: [] });
  const asked =
    topicPartitions ?? [...view.topics].map(({ name, partitions }) => ({ topic: name, partitions: partitions.map((of) => of.partition) }));
  const replicaElectionResults = asked.flatMap(({ topic, partitions }) => {
    const results = partitions
      .map((partition) => resultOf(view, { topic, partition, kind }))
      .filter(({ errorCode }) => topicPartitions !== null || errorCode !== KafkaError.ELECTION_NOT_NEEDED);
    return results.length === 0 ? [] : [{ topic, partitionResult: results }];
  });
  return Promise.resolve({ errorCode: KafkaError.NONE, replicaElectionResults });
});

function resultOf(view: ClusterView, of: { topic: string; partition: number; kind: number }): ElectLeadersResponsePartitionResultInit {
  const state = view.partition(of.topic, of.partition);
  const answer = (errorCode: number, errorMessage: string) => ({ partitionId: of.partition, errorCode, errorMessage });
  if (state === undefined) return answer(KafkaError.UNKNOWN_TOPIC_OR_PARTITION, "no such partition");
  if (hasItsLeader(state, of.kind)) return answer(KafkaError.ELECTION_NOT_NEEDED, "the partition has its leader");
  return of.kind === PREFERRED
    ? answer(
        KafkaError.PREFERRED_LEADER_NOT_AVAILABLE,
        "the preferred leader is not in sync, or takes over at the next round of balancing, within a minute",
      )
    : answer(KafkaError.ELIGIBLE_LEADERS_NOT_AVAILABLE, "no replica is alive");
}

function hasItsLeader({ leader, replicas }: PartitionState, kind: number): boolean {
  return kind === PREFERRED ? leader !== undefined && leader === replicas[0] : leader !== undefined;
}
