import type { BrokerId, TopicPartition } from "@millrace/model";
import { errors } from "./errors.ts";
import type { ReplicaAssignments } from "./events.ts";
import { REPLICATION_FACTOR_MAX } from "./limits.ts";
import { canLead, type ClusterState } from "./state.ts";

/** Brokers that a user names for a partition: known, each once, at least one. */
export function assertBrokers(state: ClusterState, brokers: readonly BrokerId[], of: TopicPartition): void {
  if (brokers.length === 0) refuse("a partition needs a replica: name at least one broker", brokers, of);
  if (brokers.length > REPLICATION_FACTOR_MAX) refuse(`a partition has at most ${REPLICATION_FACTOR_MAX} replicas`, brokers, of);
  if (new Set(brokers).size !== brokers.length) refuse("a broker holds one replica of a partition: name each once", brokers, of);
  const unknown = brokers.find((id) => !state.brokers.has(id));
  if (unknown !== undefined) refuse(`no broker has the id ${unknown}: millrace broker list names them`, brokers, of);
}

/**
 * Brokers that a user names for new partitions (`first` and on): as many for each, and one of each that can lead at once. Others may be away: they are replicas that
 * are not in sync yet.
 */
export function assertGivenReplicas(
  state: ClusterState,
  given: ReplicaAssignments,
  of: { topic: string; first: number; each: number },
): void {
  for (const [index, brokers] of given.entries()) {
    const which = { topic: of.topic, partition: of.first + index };
    assertBrokers(state, brokers, which);
    if (brokers.length !== of.each) refuse(`every partition has the same number of replicas, here ${of.each}`, brokers, which);
    if (!brokers.some((id) => canLead(state, id))) refuse("none of these brokers is running: name one that is", brokers, which);
  }
}

function refuse(why: string, brokers: readonly BrokerId[], { topic, partition }: TopicPartition): never {
  throw errors.invalidReplicaAssignment(why, { topic, partition, replicas: brokers.join(" ") });
}
