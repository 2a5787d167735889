import type { BrokerId } from "@millrace/model";
import { minInSync } from "./eligible.ts";
import type { ClusterState } from "./state.ts";

/**
 * Whether enough brokers have said what they know of the cluster for a new term to decide who leads (reliability S7): of the replicas of each partition so many that one of them has each
 * record that was committed. Of what a store has lost, those who hold such records know; brokers that were away as far as the store knows are not waited for. A partition with one
 * replica can have no other leader.
 */
export function areEnoughWitnesses({ topics, brokers }: Pick<ClusterState, "topics" | "brokers">, came: ReadonlySet<BrokerId>): boolean {
  const isExpected = (id: BrokerId): boolean => brokers.get(id)?.status !== "fenced";
  for (const topic of topics.values())
    for (const { replicas } of topic.partitions) {
      if (replicas.length === 1) continue;
      const needed = Math.min(replicas.length - minInSync(topic, replicas.length) + 1, replicas.filter(isExpected).length);
      if (replicas.filter((id) => came.has(id)).length < needed) return false;
    }
  return true;
}
