import type { SeededRandom } from "@millrace/testkit";
import type { BrokerMember, Cluster, Member } from "../system/cluster.ts";
import type { HostNetwork } from "./host-network.ts";

/** What faults are done to. */
export interface ChaosRig {
  readonly cluster: Cluster;
  /** Absent where there can be no hosts: then there are no faults of the network. */
  readonly network: HostNetwork | undefined;
  readonly random: SeededRandom;
  /** Id of the broker that leads each partition of the workload, as far as anybody knows. */
  leaders(): Promise<readonly (number | undefined)[]>;
  /** Broker that leads some partition of the workload. */
  someLeader(): Promise<BrokerMember>;
  /** The coordinator that leads; any, while nobody knows. */
  activeCoordinator(): Promise<Member>;
}

/** A fault that is there now. */
export interface Inflicted {
  /** To whom, for the timeline. */
  readonly victim: string;
  /** The broker whose partitions have to be led by others, if it was killed. */
  readonly killedLeader?: BrokerMember;
  heal(): Promise<unknown>;
}

/** A kind of fault. */
export interface ChaosFault {
  readonly kind: string;
  /** How often it is chosen, compared with the others. */
  readonly weight: number;
  /** How long it lasts. */
  readonly holdMs: readonly [min: number, max: number];
  readonly isPossible?: (rig: ChaosRig) => boolean;
  inflict(rig: ChaosRig): Promise<Inflicted>;
}

/** One of them, by the seed. */
export function someOf<T>(items: readonly T[], random: SeededRandom): T {
  const item = items[random.integer(items.length)];
  if (item === undefined) throw new Error("nothing to choose from");
  return item;
}

/** By weight. */
export function someFault(faults: readonly ChaosFault[], random: SeededRandom): ChaosFault {
  const total = faults.reduce((sum, { weight }) => sum + weight, 0);
  let left = random.next() * total;
  for (const fault of faults) {
    left -= fault.weight;
    if (left <= 0) return fault;
  }
  return someOf(faults, random);
}
