import type { BrokerLoadSchema } from "@millrace/contracts";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { BrokerId } from "@millrace/model";
import type { ClusterState } from "@millrace/placement";
import { brokerToWire } from "../cluster/wire.ts";

interface Counts {
  replicas: number;
  leaders: number;
  arriving: number;
  leaving: number;
  outOfSync: number;
}

/** What each broker holds, and what is on its way to or from it; by id. */
export function describeBrokers(state: ClusterState): MessageInitShape<typeof BrokerLoadSchema>[] {
  const counts = new Map<BrokerId, Counts>();
  for (const id of state.brokers.keys()) counts.set(id, { replicas: 0, leaders: 0, arriving: 0, leaving: 0, outOfSync: 0 });
  const count = (id: BrokerId | undefined, what: keyof Counts): void => {
    const found = id === undefined ? undefined : counts.get(id);
    if (found !== undefined) found[what]++;
  };
  for (const topic of state.topics.values()) {
    for (const { replicas, leader, inSyncSet, reassignment } of topic.partitions) {
      count(leader, "leaders");
      for (const id of replicas) {
        count(id, "replicas");
        if (!inSyncSet.includes(id)) count(id, "outOfSync");
        if (reassignment?.target.includes(id) === false) count(id, "leaving");
      }
      for (const id of reassignment?.target ?? []) if (!replicas.includes(id) || !inSyncSet.includes(id)) count(id, "arriving");
    }
  }
  const brokers = [...state.brokers.values()].sort((a, b) => a.brokerId - b.brokerId);
  return brokers.map((broker) => ({ broker: brokerToWire(broker), ...counts.get(broker.brokerId) }));
}
