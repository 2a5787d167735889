import type { BrokerEpoch, BrokerId, Offset, PartitionEpoch } from "@millrace/model";
import {
  handle,
  type InSyncMember,
  inSyncEnds,
  type LeaderContext,
  type LeaderEvent,
  type LeaderState,
  type PartitionAssignment,
  startLeading,
  type Wish,
} from "@millrace/replication";

/** What a leader needs of its broker to replicate. */
export interface ReplicationPorts {
  /** This broker as a member of an in-sync set. */
  self(): InSyncMember;
  isEligible(broker: BrokerId, brokerEpoch: BrokerEpoch): boolean;
}

/** Where the log stands, for a decision. */
type LogEnds = Pick<LeaderContext, "nowMs" | "logEndOffset" | "highWatermark">;

/** The decisions of libs/replication for one partition in one leader epoch. Returns a wish when there is one to be sent. */
export class LeaderRole {
  readonly #ports: ReplicationPorts;
  #state: LeaderState;

  constructor(assignment: PartitionAssignment, at: { epochStartOffset: Offset; nowMs: number }, ports: ReplicationPorts) {
    this.#ports = ports;
    this.#state = startLeading(ports.self(), assignment, at);
  }

  get inSyncCount(): number {
    return this.#state.assignment.inSyncSet.length;
  }

  get replicaCount(): number {
    return this.#state.assignment.replicas.length;
  }

  followerEnd(follower: BrokerId): Offset | undefined {
    return this.#state.followers.get(follower)?.endOffset;
  }

  /** The wish under way; one that is not this any more need not be repeated. */
  get wish(): Wish | undefined {
    return this.#state.wish;
  }

  assigned(assignment: PartitionAssignment, ends: LogEnds): void {
    this.#decide({ kind: "assigned", assignment }, ends);
  }

  fetched(of: { follower: BrokerId; brokerEpoch: BrokerEpoch; endOffset: Offset }, ends: LogEnds): Wish | undefined {
    return this.#decide({ kind: "fetched", ...of }, ends);
  }

  tick(ends: LogEnds): Wish | undefined {
    return this.#decide({ kind: "tick" }, ends);
  }

  wishRefused(partitionEpoch: PartitionEpoch, ends: LogEnds): void {
    this.#decide({ kind: "wish-refused", partitionEpoch }, ends);
  }

  /** What the high watermark waits for; undefined: it stands still. */
  ends(of: { ownEndOffset: Offset; minInSync: number; nowMs: number }): readonly Offset[] | undefined {
    return inSyncEnds(this.#state, { ...of, isEligible: (id, epoch) => this.#ports.isEligible(id, epoch) });
  }

  #decide(event: LeaderEvent, ends: LogEnds): Wish | undefined {
    const { state, effects } = handle(this.#state, event, { ...ends, isEligible: (id, epoch) => this.#ports.isEligible(id, epoch) });
    this.#state = state;
    return effects[0]?.wish;
  }
}
