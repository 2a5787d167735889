import type { ClusterView } from "../cluster-view.ts";
import type { GroupCoordinators } from "../groups/group-coordinators.ts";
import type { BrokerPorts } from "../node-ports.ts";
import type { Replicas } from "../partitions/replicas.ts";
import type { BrokerSettings } from "../settings.ts";
import { Compaction } from "./compaction.ts";
import { GroupLag } from "./group-lag.ts";
import { Maintenance } from "./maintenance.ts";
import { Scrub } from "./scrub.ts";

interface BackgroundContext {
  readonly brokerId: number;
  readonly view: ClusterView;
  readonly replicas: Replicas;
  readonly groups: GroupCoordinators;
}

/** All that a broker does without being asked: upkeep of logs, compaction, scrubbing, lag of groups. */
export class Background {
  readonly #settings: BrokerSettings;
  readonly #maintenance: Maintenance;
  readonly #compaction: Compaction;
  readonly #scrub: Scrub;
  readonly #groupLag: GroupLag;

  constructor({ brokerId, view, replicas, groups }: BackgroundContext, settings: BrokerSettings, ports: BrokerPorts) {
    this.#settings = settings;
    this.#maintenance = new Maintenance(replicas, ports);
    this.#compaction = new Compaction({ replicas, damaged: (folder) => this.damaged(folder) }, settings, ports);
    this.#scrub = new Scrub({ brokerId, view, replicas, repaired: (folder) => this.#compaction.repaired(folder) }, settings, ports);
    this.#groupLag = new GroupLag({ brokerId, view, replicas, groups }, ports);
  }

  start(): void {
    this.#maintenance.start(this.#settings);
    this.#compaction.start();
    this.#scrub.start();
    this.#groupLag.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#maintenance.stop(), this.#compaction.stop(), this.#scrub.stop(), this.#groupLag.stop()]);
  }

  /** A read of this log has failed: it is looked at now. */
  damaged(folder: string): void {
    this.#scrub.hurry(folder);
  }
}
