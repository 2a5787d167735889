import type { BrokerId, PartitionState } from "@millrace/model";

interface Count {
  leaders: number;
  replicas: number;
}

/** What each broker has, or is to have where a move is under way. Kept as topics change: placing one must not look at all others. */
export class ReplicaCounts {
  /** All partitions, and all replicas that there are now. */
  partitions = 0;
  replicas = 0;
  readonly #byBroker = new Map<BrokerId, Count>();

  copy(): ReplicaCounts {
    const copy = new ReplicaCounts();
    copy.partitions = this.partitions;
    copy.replicas = this.replicas;
    for (const [id, count] of this.#byBroker) copy.#byBroker.set(id, { ...count });
    return copy;
  }

  of(id: BrokerId): Readonly<Count> {
    return this.#byBroker.get(id) ?? NONE;
  }

  /** The partitions of a topic before and after a change; those that are the same objects cost nothing. */
  replace(before: readonly PartitionState[], after: readonly PartitionState[]): void {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      const [former, next] = [before[index], after[index]];
      if (former === next) continue;
      if (former !== undefined) this.#add(former, -1);
      if (next !== undefined) this.#add(next, 1);
    }
  }

  #add({ leader, replicas, reassignment }: PartitionState, by: 1 | -1): void {
    this.partitions += by;
    this.replicas += by * replicas.length;
    if (leader !== undefined) this.#count(leader).leaders += by;
    for (const id of reassignment?.target ?? replicas) this.#count(id).replicas += by;
  }

  #count(id: BrokerId): Count {
    let count = this.#byBroker.get(id);
    if (count === undefined) this.#byBroker.set(id, (count = { leaders: 0, replicas: 0 }));
    return count;
  }
}

const NONE: Readonly<Count> = { leaders: 0, replicas: 0 };
