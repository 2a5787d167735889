import type { ReplicaFetchResponse } from "@millrace/contracts";
import type { BrokerId, PartitionState } from "@millrace/model";
import type { ClusterState } from "@millrace/placement";
import type { BrokerHost } from "../world/cluster.ts";
import type { SimProcess } from "../world/sim-process.ts";
import type { DurableLogs } from "./durable-logs.ts";

/** Every so many moves of a high watermark are looked at on the disks. */
const MOVES_PER_LOOK = 6;

interface Partition {
  /** Its folder, until the store has said its topic's name. */
  name: string;
  /** As the coordination store has it. */
  state: PartitionState | undefined;
  /** Greatest end that a leader said, or a client was told, to be committed. */
  committedEnd: number;
  readonly leaders: Map<number, Leading>;
}

/** What was said in one leader epoch, and by whom. */
interface Leading {
  readonly broker: number;
  readonly process: SimProcess;
  highWatermark: number;
}

/**
 * The rules that hold the promises between brokers and their coordinator (P1, P9; reliability R3, R4, R5, R8), looked at from outside: what the store has been told, what leaders
 * tell their followers, what is durably on the disks. Every member of an in-sync set, as the store has it, holds everything that is committed; a partition has one leader in
 * an epoch; high watermarks and epochs only grow.
 */
export class ReplicationWatch {
  readonly findings: string[] = [];
  readonly #logs: DurableLogs;
  readonly #minInSync: number;
  readonly #partitions = new Map<string, Partition>();
  /** Of the folder in which the store trusts, by broker. */
  #folderIds = new Map<number, string>();
  #moves = 0;

  constructor(of: { logs: DurableLogs; minInSync: number }) {
    this.#logs = of.logs;
    this.#minInSync = of.minInSync;
  }

  /** A client was told that everything below is stored. */
  acknowledged(folder: string, endOffset: number): void {
    const partition = this.#partition(folder);
    partition.committedEnd = Math.max(partition.committedEnd, endOffset);
  }

  /** A leader answers a follower. */
  told(process: SimProcess, { results }: ReplicaFetchResponse): void {
    const host = this.#logs.hosts.find((candidate) => candidate.process === process);
    if (host === undefined) return;
    for (const { topicId, partition: number, leaderEpoch, error, highWatermark } of results) {
      if (error !== undefined || highWatermark < 0n) continue;
      this.#led(`${topicId}-${number}`, { leaderEpoch, leading: { broker: host.brokerId, process, highWatermark: Number(highWatermark) } });
    }
  }

  /** The store has been told this of brokers and topics. `isLost`: it has an earlier state again, and nothing that it had said counts. */
  stored({ brokers, topics }: Pick<ClusterState, "brokers" | "topics">, isLost: (topicId: string) => boolean): void {
    for (const { brokerId, folderId } of brokers.values()) this.#folderIds.set(brokerId, folderId);
    for (const topic of topics.values())
      for (const state of topic.partitions) {
        const folder = `${topic.topicId}-${state.partition}`;
        const partition = this.#partition(folder);
        partition.name = `${topic.name}-${state.partition}`;
        const before = isLost(topic.topicId) ? undefined : partition.state;
        partition.state = state;
        if (before !== undefined) this.#compare(partition.name, before, state);
        if (before?.leaderEpoch !== state.leaderEpoch || before.partitionEpoch !== state.partitionEpoch)
          this.#checkMembers(folder, before?.leaderEpoch === state.leaderEpoch ? "in the in-sync set" : "at an election");
      }
  }

  #compare(name: string, before: PartitionState, after: PartitionState): void {
    const epochs = `${before.leaderEpoch}/${before.partitionEpoch} to ${after.leaderEpoch}/${after.partitionEpoch}`;
    if (after.leaderEpoch < before.leaderEpoch || after.partitionEpoch < before.partitionEpoch)
      this.#found(`epochs fall: ${name} from leader and partition epoch ${epochs}`);
    const isSame = after.leader === before.leader && after.inSyncSet.join() === before.inSyncSet.join();
    if (!isSame && after.partitionEpoch === before.partitionEpoch)
      this.#found(
        `changed in one partition epoch: ${name}, in-sync set ${before.inSyncSet.join()} to ${after.inSyncSet.join()}, ${epochs}`,
      );
    if (after.leaderEpoch === before.leaderEpoch && after.leader !== undefined && before.leader !== after.leader)
      this.#found(`two leaders in one epoch: ${name}, epoch ${after.leaderEpoch}, brokers ${String(before.leader)} and ${after.leader}`);
  }

  #led(folder: string, { leaderEpoch, leading }: { leaderEpoch: number; leading: Leading }): void {
    const partition = this.#partition(folder);
    const before = partition.leaders.get(leaderEpoch);
    const { broker, process, highWatermark } = leading;
    if (before === undefined) partition.leaders.set(leaderEpoch, leading);
    else if (before.process !== process)
      this.#found(
        `two leaders in one epoch: ${partition.name}, epoch ${leaderEpoch}, ${before.process.name} and ${process.name} (broker ${broker})`,
      );
    else if (highWatermark < before.highWatermark)
      this.#found(
        `high watermark falls: ${partition.name} on broker ${broker}, epoch ${leaderEpoch}, ${before.highWatermark} to ${highWatermark}`,
      );
    else before.highWatermark = highWatermark;
    if (highWatermark <= partition.committedEnd) return;
    partition.committedEnd = highWatermark;
    if (++this.#moves % MOVES_PER_LOOK === 0) this.#checkCommitted(folder);
  }

  /** The high watermark has just moved. */
  #checkCommitted(folder: string): void {
    const { name, state, committedEnd } = this.#partition(folder);
    if (state === undefined) return;
    const least = Math.min(this.#minInSync, state.replicas.length) - this.#logs.emptiedDisks;
    const holding = this.#logs.hosts
      .filter(({ brokerId }) => state.replicas.includes(brokerId as BrokerId))
      .filter((host) => this.#logs.holds(host, folder, committedEnd));
    if (holding.length < least)
      this.#found(`committed and not on ${least} disks: ${name} up to ${committedEnd}; durably ${this.#logs.describe(folder)}`);
    else this.#checkMembers(folder, "in the in-sync set");
  }

  /** Every member has all that is committed: any of them may be elected next, or has just been. */
  #checkMembers(folder: string, when: string): void {
    const { name, state, committedEnd } = this.#partition(folder);
    if (committedEnd === 0) return;
    for (const id of state?.inSyncSet ?? []) {
      const host = this.#logs.hosts[id - 1];
      if (host === undefined || !this.#isKnownDisk(host) || this.#logs.holds(host, folder, committedEnd)) continue;
      const { leader = "nobody", inSyncSet = [], leaderEpoch, partitionEpoch } = state ?? {};
      this.#found(
        `${when} without what is committed: ${host.name}, ${name} up to ${committedEnd}; durably ${this.#logs.describe(folder)}; led by ${leader}, in sync ${inSyncSet.join()}, epochs ${leaderEpoch}/${partitionEpoch}`,
      );
    }
  }

  /** The store does not know yet of a disk that was emptied while its broker was down. */
  #isKnownDisk({ brokerId, disk }: BrokerHost): boolean {
    const bytes = disk.model.readFile("broker.json");
    if (bytes === undefined) return false;
    return (JSON.parse(new TextDecoder().decode(bytes)) as { folderId: string }).folderId === this.#folderIds.get(brokerId);
  }

  #partition(folder: string): Partition {
    const known = this.#partitions.get(folder);
    if (known !== undefined) return known;
    const partition: Partition = { name: folder, state: undefined, committedEnd: 0, leaders: new Map() };
    this.#partitions.set(folder, partition);
    return partition;
  }

  #found(finding: string): void {
    this.findings.push(finding);
  }
}
