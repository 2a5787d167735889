import type { LeaderEpoch, Offset } from "@millrace/model";

/** What a leader says of its log beside the records. */
export interface LeaderTold {
  readonly highWatermark: Offset;
  /** Below, records may be compacted; 0: none may, since the leader does not know yet who reads them. */
  readonly compactableEndOffset: Offset;
}

/** As a follower: whom, and what it said last. */
export interface FollowedLeader {
  readonly epoch: LeaderEpoch;
  readonly synced: () => void;
  highWatermark: Offset | undefined;
  compactableEndOffset: Offset;
}

/** What retention or compaction has to leave: everything from the offset on, nothing if it is undefined; false: everything. */
export type Spared = false | { readonly keepFrom: Offset | undefined };

/** Nobody holds anything. */
const UNHELD = Number.MAX_SAFE_INTEGER as Offset;

/** What the leader spares, as its followers are told it. */
export function compactableEnd(spared: Spared): Offset {
  return spared === false ? (0 as Offset) : (spared.keepFrom ?? UNHELD);
}
