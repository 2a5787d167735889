import type { Change, Entry, Fence } from "@millrace/ports";
import { BROKER_PREFIX, CLUSTER_KEY, type ClusterState, decodeClusterState, TOPIC_PREFIX } from "@millrace/placement";
import type { MemoryCoordination } from "@millrace/testkit";
import type { BrokerHost } from "../world/cluster.ts";
import type { ReplicationWatch } from "./replication-watch.ts";

/** So that entries of some objects can be decoded by themselves. */
const ANY_CLUSTER = { key: CLUSTER_KEY, value: new TextEncoder().encode('{"clusterId":"watched","brokerEpochLast":0}') };

interface Obeyed {
  readonly generation: string;
  readonly coordinatorEpoch: number;
}

/**
 * P9 for coordinators: nobody writes after another one took over, brokers obey none of the past (reliability S4, S5). Sees what the store has really taken, and hands on what it
 * says of partitions.
 */
export class CoordinatorWatch {
  readonly findings: string[] = [];
  readonly #model: MemoryCoordination;
  readonly #replication: ReplicationWatch;
  #newest: Pick<Fence, "epoch" | "holder"> = { epoch: 0, holder: "" };
  readonly #versions = new Map<string, number>();
  readonly #obeyed = new Map<unknown, Obeyed>();

  constructor(of: { model: MemoryCoordination; replication: ReplicationWatch }) {
    this.#model = of.model;
    this.#replication = of.replication;
  }

  /** A coordinator was given the lease. One with an epoch that is not new: the store lost what it had. */
  leaseGiven(to: Pick<Fence, "epoch" | "holder">): void {
    this.#newest = to;
  }

  /** Whoever held the lease in the state that is back holds it. */
  rolledBack(): void {
    this.#newest = { epoch: 0, holder: "" };
  }

  /** A commit changed the store. */
  committed({ epoch, holder }: Pick<Fence, "epoch" | "holder">, changes: readonly Change[]): void {
    if (epoch < this.#newest.epoch)
      this.findings.push(
        `two coordinators: ${holder} of epoch ${epoch} writes after ${this.#newest.holder} of epoch ${this.#newest.epoch} took over`,
      );
    else this.#newest = { epoch, holder };
    const keys = changes.map(({ key }) => key).filter((key) => key.startsWith(TOPIC_PREFIX) || key.startsWith(BROKER_PREFIX));
    if (keys.length === 0) return;
    const entries = keys.flatMap((key) => this.#model.read(key) ?? []);
    const state = this.#decode(entries);
    const lost = new Set(entries.filter(({ key, version }) => version <= (this.#versions.get(key) ?? 0)).map(({ key }) => key));
    for (const { key, version } of entries) this.#versions.set(key, version);
    if (state !== undefined) this.#replication.stored(state, (topicId) => lost.has(`${TOPIC_PREFIX}${topicId}`));
  }

  #decode(entries: readonly Entry[]): ClusterState | undefined {
    try {
      return decodeClusterState([ANY_CLUSTER, ...entries]);
    } catch (error) {
      this.findings.push(`stored what cannot be: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  /** What brokers have written down of the coordinators that they obeyed. */
  lookAt(hosts: readonly BrokerHost[]): void {
    for (const { name, disk } of hosts) {
      const bytes = disk.model.readFile("broker.json");
      if (bytes === undefined) continue;
      const { seen } = JSON.parse(new TextDecoder().decode(bytes)) as { readonly seen: Obeyed };
      const before = this.#obeyed.get(disk);
      this.#obeyed.set(disk, seen);
      if (before?.generation === seen.generation && seen.coordinatorEpoch < before.coordinatorEpoch)
        this.findings.push(`obeys a coordinator of the past: ${name}, epoch ${seen.coordinatorEpoch} after ${before.coordinatorEpoch}`);
    }
  }
}
