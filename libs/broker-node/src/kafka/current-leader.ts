import type { ClusterView } from "../cluster-view.ts";
import { KafkaError } from "./error-codes.ts";
import { kafkaEndpointOf } from "./topic-lookup.ts";

export interface CurrentLeader {
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

/** Where a client that asked the wrong broker, or in an old epoch, should go on (KIP-951); undefined for other errors, and while nobody leads. */
export function currentLeaderOf(view: ClusterView, at: { topic: string; partition: number }, errorCode: number): CurrentLeader | undefined {
  if (errorCode !== KafkaError.NOT_LEADER_OR_FOLLOWER && errorCode !== KafkaError.FENCED_LEADER_EPOCH) return undefined;
  const state = view.partition(at.topic, at.partition);
  return state?.leader === undefined ? undefined : { leaderId: state.leader, leaderEpoch: state.leaderEpoch };
}

/** The addresses of the leaders that an answer names, each once. */
export function nodeEndpointsOf(view: ClusterView, leaders: Iterable<CurrentLeader>) {
  const ids = new Set([...leaders].map(({ leaderId }) => leaderId));
  return [...ids].flatMap((id) => {
    const endpoint = kafkaEndpointOf(view, id);
    const rack = view.broker(id)?.rack ?? "";
    return endpoint === undefined ? [] : [{ ...endpoint, rack: rack === "" ? null : rack }];
  });
}
