import { assert } from "@millrace/stdx";
import type { BrokerId } from "@millrace/model";
import type { BrokerState, ClusterState } from "./state.ts";

interface Load {
  readonly broker: BrokerState;
  leaders: number;
  replicas: number;
}

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
  const loads = currentLoads(state, brokers);
  return Array.from({ length: shape.partitions }, () => {
    const leader = least(loads, (a, b) => a.leaders - b.leaders || a.replicas - b.replicas);
    leader.leaders++;
    leader.replicas++;
    const chosen = [leader];
    while (chosen.length < shape.replicationFactor) {
      const sameRack = (load: Load): number => (chosen.some((other) => other.broker.rack === load.broker.rack) ? 1 : 0);
      const rest = loads.filter((load) => !chosen.includes(load));
      const next = least(rest, (a, b) => sameRack(a) - sameRack(b) || a.replicas - b.replicas);
      next.replicas++;
      chosen.push(next);
    }
    return chosen.map((load) => load.broker.brokerId);
  });
}

function currentLoads(state: ClusterState, brokers: readonly BrokerState[]): Load[] {
  const loads = new Map(brokers.map((broker) => [broker.brokerId, { broker, leaders: 0, replicas: 0 }]));
  for (const topic of state.topics.values()) {
    for (const partition of topic.partitions) {
      const leader = partition.leader === undefined ? undefined : loads.get(partition.leader);
      if (leader !== undefined) leader.leaders++;
      for (const id of partition.replicas) {
        const replica = loads.get(id);
        if (replica !== undefined) replica.replicas++;
      }
    }
  }
  return [...loads.values()];
}

function least(loads: readonly Load[], compare: (a: Load, b: Load) => number): Load {
  return loads.reduce((best, load) => ((compare(load, best) || load.broker.brokerId - best.broker.brokerId) < 0 ? load : best));
}
