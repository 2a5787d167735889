import type { BrokerEpoch, BrokerId, LeaderEpoch, Offset, PartitionEpoch } from "@millrace/model";

/** What the coordinator decided for a partition, as a broker heard it. */
export interface PartitionAssignment {
  readonly replicas: readonly BrokerId[];
  readonly leader: BrokerId | undefined;
  readonly leaderEpoch: LeaderEpoch;
  readonly partitionEpoch: PartitionEpoch;
  readonly inSyncSet: readonly BrokerId[];
  /** Replicas before or after a move that is under way, whichever are fewer; absent: all that there are. No more are asked for (R4). */
  readonly replicationFactor?: number;
}

/** A member of a wished in-sync set: the broker epoch says which life of the broker was seen to be in sync (R5). */
export interface InSyncMember {
  readonly brokerId: BrokerId;
  readonly brokerEpoch: BrokerEpoch;
}

/** What a leader knows of a follower since its first fetch in this leader epoch. */
export interface FollowerState {
  readonly brokerEpoch: BrokerEpoch;
  /** Everything below is on the follower's disk. */
  readonly endOffset: Offset;
  /** When it last had all that the leader had a fetch earlier. */
  readonly caughtUpMs: number;
  readonly fetchedMs: number;
  /** End of the leader's log at the last fetch. */
  readonly leaderEndAtFetch: Offset;
}
