import type { ClusterView } from "./cluster-view.ts";

/** Whether a broker leads what another one could lead at once: such a broker has something to hand over before it stops. */
export function hasToHandOver(view: ClusterView, brokerId: number): boolean {
  for (const { partitions } of view.topics)
    for (const { leader, inSyncSet } of partitions) if (leader === brokerId && inSyncSet.length > 1) return true;
  return false;
}
