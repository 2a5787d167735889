import type { LeaderEpoch } from "@millrace/model";
import type { LocalPartition } from "../partitions/local-partition.ts";
import { type FetcherContext, ReplicaFetcher } from "./replica-fetcher.ts";

/** Where each followed partition gets its records from: one stream to each broker that leads any of them. */
export class ReplicaFetchers {
  readonly #context: FetcherContext;
  readonly #byLeader = new Map<number, ReplicaFetcher>();
  readonly #leaderOf = new Map<LocalPartition, number>();

  constructor(context: FetcherContext) {
    this.#context = context;
  }

  /** Follows the leader in this epoch; the same again is nothing new. */
  follow(partition: LocalPartition, of: { leader: number; epoch: LeaderEpoch }): void {
    if (partition.followedEpoch === of.epoch && this.#leaderOf.get(partition) === of.leader) return;
    this.unfollow(partition);
    const fetcher = this.#byLeader.get(of.leader) ?? new ReplicaFetcher(of.leader, this.#context);
    this.#byLeader.set(of.leader, fetcher);
    this.#leaderOf.set(partition, of.leader);
    fetcher.follow(partition, of.epoch);
  }

  /** Takes nothing more for the partition, from whomever. */
  unfollow(partition: LocalPartition): void {
    const leader = this.#leaderOf.get(partition);
    if (leader === undefined) return;
    this.#leaderOf.delete(partition);
    partition.resign();
    this.#byLeader.get(leader)?.unfollow(partition);
  }

  /** All positions are told again. */
  restart(): void {
    for (const fetcher of this.#byLeader.values()) fetcher.restart();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#byLeader.values()].map((fetcher) => fetcher.stop()));
  }
}
