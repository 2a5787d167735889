import { brokerEpoch, type BrokerEpoch, brokerId, type LeaderEpoch } from "@millrace/model";
import type { Timer } from "@millrace/ports";
import type { InSyncMember } from "@millrace/replication";
import type { BrokerMetrics } from "../broker-metrics.ts";
import type { ClusterView } from "../cluster-view.ts";
import { IN_SYNC_CHECK_MS } from "../limits.ts";
import type { BrokerPorts } from "../node-ports.ts";
import type { LocalPartition } from "../partitions/local-partition.ts";
import type { Replicas } from "../partitions/replicas.ts";
import type { CoordinatorCalls } from "../session/coordinator-calls.ts";
import { InSyncRequests } from "./in-sync-requests.ts";
import { isBeingAdded } from "./is-being-added.ts";
import { ReplicaFetchers } from "./replica-fetchers.ts";
import { Throttle } from "./throttle.ts";

/** Replication of one broker: follows the leaders of others' partitions, and looks after the in-sync sets of its own. See docs/protocol/replication.md. */
export class Replication {
  readonly inSync: InSyncRequests;
  /** For what is sent to replicas that are being moved. */
  readonly throttle: Throttle;
  readonly #of: { brokerId: number; brokerEpoch(): number; view: ClusterView; replicas: Replicas };
  readonly #ports: BrokerPorts;
  readonly #fetchers: ReplicaFetchers;
  #timer: Timer | undefined;

  constructor(
    of: {
      brokerId: number;
      brokerEpoch(): number;
      view: ClusterView;
      replicas: Replicas;
      calls: CoordinatorCalls;
      throttledRates: { readonly leader: number; readonly follower: number };
      metrics: Pick<BrokerMetrics, "inSyncShrinks" | "inSyncExpands">;
    },
    ports: BrokerPorts,
  ) {
    this.#of = of;
    this.#ports = ports;
    this.throttle = new Throttle(of.throttledRates.leader, ports.clock);
    this.#fetchers = new ReplicaFetchers({
      ports,
      brokerId: of.brokerId,
      brokerEpoch: () => of.brokerEpoch(),
      isBeingAdded: ({ topic, partition }) => isBeingAdded(of.view.partition(topic, partition), of.brokerId),
      throttle: new Throttle(of.throttledRates.follower, ports.clock),
      addressOf: (leader) => of.view.brokerAddress(leader),
      logPortsOf: (partition) => of.replicas.portsOf(partition),
      logLost: (partition, error) => of.replicas.lost(partition, error),
    });
    const self = (): { brokerId: number; brokerEpoch: number } => ({ brokerId: of.brokerId, brokerEpoch: of.brokerEpoch() });
    const onChange = ({ before, after }: { before: number; after: number }): void => {
      if (after < before) of.metrics.inSyncShrinks.add(1);
      if (after > before) of.metrics.inSyncExpands.add(1);
    };
    this.inSync = new InSyncRequests({ calls: of.calls, self, onChange }, ports);
  }

  start(): void {
    this.#timer = this.#ports.clock.setTimer(IN_SYNC_CHECK_MS, () => {
      for (const partition of this.#of.replicas.all()) if (partition.tick() !== undefined) this.inSync.send(partition);
      this.start();
    });
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    await Promise.all([this.#fetchers.stop(), this.inSync.stop()]);
  }

  follow(partition: LocalPartition, of: { leader: number; epoch: LeaderEpoch }): void {
    this.#fetchers.follow(partition, of);
  }

  unfollow(partition: LocalPartition): void {
    this.#fetchers.unfollow(partition);
  }

  /**
   * This broker has another broker epoch, though it never stopped: it was fenced for a while. Leaders let it into no in-sync set by the old one, and a position that waits for
   * records is not told again by itself.
   */
  registeredAnew(): void {
    this.#fetchers.restart();
  }

  self(): InSyncMember {
    return { brokerId: brokerId(this.#of.brokerId), brokerEpoch: brokerEpoch(this.#of.brokerEpoch()) };
  }

  /** As far as the metadata has come; the coordinator decides. */
  isEligible(id: number, epoch: BrokerEpoch): boolean {
    const broker = this.#of.view.broker(id);
    return broker !== undefined && !broker.fenced && !broker.stopping && !broker.diskFull && Number(broker.brokerEpoch) === epoch;
  }
}
