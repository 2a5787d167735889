import { brokerEpoch, brokerId, type LeaderEpoch, partitionEpoch } from "@millrace/model";
import type { PartitionAssignment } from "@millrace/replication";
import type { ReplicationPorts } from "../src/replication/leader-role.ts";

/** What a partition with one replica, on this broker, is told. */
export function onlyReplica(leaderEpoch: LeaderEpoch): PartitionAssignment {
  const self = brokerId(1);
  return { replicas: [self], leader: self, leaderEpoch, partitionEpoch: partitionEpoch(0), inSyncSet: [self] };
}

export const NO_REPLICATION: ReplicationPorts = {
  self: () => ({ brokerId: brokerId(1), brokerEpoch: brokerEpoch(1) }),
  isEligible: () => false,
};
