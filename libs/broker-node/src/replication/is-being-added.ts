import type { PartitionState } from "@millrace/contracts";

/** The broker gets a replica by a move, and is not in sync yet: what is throttled. One that was there and fell behind is not. */
export function isBeingAdded(state: Pick<PartitionState, "addingReplicas" | "inSyncSet"> | undefined, broker: number): boolean {
  return state !== undefined && state.addingReplicas.includes(broker) && !state.inSyncSet.includes(broker);
}
