import type { ClusterView } from "./cluster-view.ts";

/** Why a broker is not a full member of its cluster yet; undefined once it is. A partition without a leader has nobody to catch up with, and does not count. */
export function reasonOfCatchingUp(view: ClusterView, brokerId: number): string | undefined {
  const self = view.broker(brokerId);
  if (self === undefined) return "not registered";
  if (self.fenced) return "fenced until it has caught up with the coordinator";
  let behind = 0;
  for (const { partitions } of view.topics) {
    for (const { replicas, inSyncSet, leader } of partitions)
      if (leader !== undefined && replicas.includes(brokerId) && !inSyncSet.includes(brokerId)) behind += 1;
  }
  return behind === 0 ? undefined : `${behind} of its replicas are not in sync yet`;
}
