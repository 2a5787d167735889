import { assertDefined } from "@millrace/stdx";
import type { BrokerId } from "@millrace/model";
import type { BrokerState, ClusterState } from "./state.ts";

interface Load {
  readonly broker: BrokerState;
  leaders: number;
  replicas: number;
}

/** How much each broker has, as it is planned: decisions of one plan see those before them. Replicas count where they are to be. */
export class ReplicaLoads {
  readonly #loads: ReadonlyMap<BrokerId, Load>;
  readonly #racks: ReadonlyMap<BrokerId, string>;

  constructor(state: ClusterState, brokers: readonly BrokerState[]) {
    this.#loads = new Map(brokers.map((broker) => [broker.brokerId, { broker, ...state.counts.of(broker.brokerId) }]));
    this.#racks = new Map([...state.brokers.values()].map(({ brokerId, rack }) => [brokerId, rack]));
  }

  get brokerCount(): number {
    return this.#loads.size;
  }

  replicas(id: BrokerId): number {
    return this.#loads.get(id)?.replicas ?? 0;
  }

  /** Takes the broker with the fewest leaders for the first replica of a partition. */
  placeLeader(): BrokerId {
    const load = assertDefined(least(this.#loads.values(), byLeaders), "a broker");
    load.leaders++;
    load.replicas++;
    return load.broker.brokerId;
  }

  /** Takes a broker for one more replica: in a rack that has none yet, then where fewest are. undefined: every one has a replica. */
  place(replicas: readonly BrokerId[]): BrokerId | undefined {
    const racks = new Set(replicas.map((id) => this.#racks.get(id)));
    const sameRack = (load: Load): number => (racks.has(load.broker.rack) ? 1 : 0);
    const rest = [...this.#loads.values()].filter(({ broker }) => !replicas.includes(broker.brokerId));
    const next = least(rest, (a, b) => sameRack(a) - sameRack(b) || a.replicas - b.replicas);
    if (next === undefined) return undefined;
    next.replicas++;
    return next.broker.brokerId;
  }

  move(from: BrokerId, to: BrokerId): void {
    const [giver, taker] = [this.#loads.get(from), this.#loads.get(to)];
    if (giver !== undefined) giver.replicas--;
    if (taker !== undefined) taker.replicas++;
  }

  /** Replicas that each broker has on average, rounded down. */
  get average(): number {
    let all = 0;
    for (const { replicas } of this.#loads.values()) all += replicas;
    return Math.floor(all / Math.max(1, this.#loads.size));
  }
}

function byLeaders(a: Load, b: Load): number {
  return a.leaders - b.leaders || a.replicas - b.replicas;
}

function least(loads: Iterable<Load>, compare: (a: Load, b: Load) => number): Load | undefined {
  let best: Load | undefined;
  for (const load of loads) {
    if (best === undefined || (compare(load, best) || load.broker.brokerId - best.broker.brokerId) < 0) best = load;
  }
  return best;
}
