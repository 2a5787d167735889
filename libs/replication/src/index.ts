export { divergingEpoch, type EpochEnd, truncationOffset } from "./divergence.ts";
export {
  handle,
  inSyncEnds,
  type LeaderContext,
  type LeaderDecision,
  type LeaderEvent,
  type LeaderState,
  startLeading,
  type Wish,
} from "./leader.ts";
export { REPLICA_LAG_MS_MAX, WISH_AGAIN_MS } from "./limits.ts";
export type { FollowerState, InSyncMember, PartitionAssignment } from "./partition-assignment.ts";
