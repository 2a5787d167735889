import { assert, assertDefined } from "@millrace/stdx";
import type { BrokerId } from "@millrace/model";
import { ReplicaLoads } from "./replica-loads.ts";
import type { BrokerState, ClusterState } from "./state.ts";

/**
 * Replica sets for new partitions, the first of each being its preferred leader: leaders go where fewest are, replicas to racks that have
 * none of the partition yet, then where fewest are; ties by broker id, so that the same state always gives the same answer.
 */
export function assignReplicas(
  state: ClusterState,
  brokers: readonly BrokerState[],
  shape: { partitions: number; replicationFactor: number },
): BrokerId[][] {
  assert(shape.replicationFactor <= brokers.length, "more replicas than brokers");
  const loads = new ReplicaLoads(state, brokers);
  return Array.from({ length: shape.partitions }, () => {
    const chosen = [loads.placeLeader()];
    while (chosen.length < shape.replicationFactor) chosen.push(assertDefined(loads.place(chosen), "a broker without a replica"));
    return chosen;
  });
}
