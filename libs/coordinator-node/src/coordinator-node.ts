import {
  bindService,
  ClusterService,
  ExecutorRegistryService,
  JobService,
  PlacementService,
  type RpcListener,
  type RpcServer,
  TopicService,
} from "@millrace/contracts";
import type { Fence } from "@millrace/ports";
import { assertDefined } from "@millrace/stdx";
import { errors } from "./errors.ts";
import { STOP_DEADLINE_MS } from "./limits.ts";
import { observeCluster } from "./observe-cluster.ts";
import { observeJobs } from "./observe-jobs.ts";
import { ClusterRebuild } from "./rebuild/cluster-rebuild.ts";
import { isRebuilt, type LostCluster } from "./rebuild/lost-store.ts";
import { lostChange, readHistory, readLost } from "./rebuild/store-history.ts";
import { clusterHandlers } from "./rpc/cluster-service.ts";
import { executorHandlers } from "./rpc/executor-service.ts";
import { jobHandlers } from "./rpc/job-service.ts";
import { placementHandlers } from "./rpc/placement-service.ts";
import { topicHandlers } from "./rpc/topic-service.ts";
import type { CoordinatorSettings } from "./settings.ts";
import { readLeaderAddress } from "./term/leader-entry.ts";
import { runLeaseLoop } from "./term/lease-loop.ts";
import { openTerm, type Term, type TermPorts } from "./term/term.ts";

type Lead = Parameters<typeof runLeaseLoop>[2]["actions"]["lead"];

export interface CoordinatorPorts extends TermPorts {
  readonly listener: RpcListener;
}

export type CoordinatorStatus =
  | { readonly role: "active"; readonly epoch: number }
  | { readonly role: "standby"; readonly leaderAddress: string }
  | { readonly role: "stopped" };

export interface CoordinatorNode {
  /** Listens, then tries for the lease until it is stopped; resolves when it listens. */
  start(): Promise<void>;
  /** Hands the lease back, so that a standby takes over at once, and stops listening. */
  stop(): Promise<void>;
  /** host:port under which others reach it; known after `start`. */
  readonly address: string;
  status(): CoordinatorStatus;
}

/** A coordinator: active while it holds the lease, a standby that names the leader otherwise. Ports are objects, settings are data. */
export function createCoordinatorNode(settings: CoordinatorSettings, ports: CoordinatorPorts): CoordinatorNode {
  return new LeasedCoordinator(settings, ports);
}

interface TermEnds {
  readonly over: AbortSignal;
  readonly stepDown: (reason: string) => void;
}

class LeasedCoordinator implements CoordinatorNode {
  readonly #settings: CoordinatorSettings;
  readonly #ports: CoordinatorPorts;
  readonly #coordinatorId: string;
  readonly #stopping = new AbortController();
  #server: RpcServer | undefined;
  #loop: Promise<void> = Promise.resolve();
  #term: Term | undefined;
  #leaderAddress = "";
  #takeoverSeconds = 0;
  /** A broker proved that the store lost this cluster; until it is rebuilt no term of this process serves anything else. */
  #lost: LostCluster | undefined;
  #rebuild: ClusterRebuild | undefined;
  /** Settles when the store has answered to what it was told of its loss. */
  #told: Promise<void> = Promise.resolve();

  constructor(settings: CoordinatorSettings, ports: CoordinatorPorts) {
    this.#settings = settings;
    this.#ports = ports;
    this.#coordinatorId = settings.coordinatorId === "" ? `coordinator-${ports.random.hex(4)}` : settings.coordinatorId;
    observeJobs(ports.metrics, () => this.#term?.jobs?.figures() ?? []);
    observeCluster(ports.metrics, { term: () => this.#term, takeoverSeconds: () => this.#takeoverSeconds });
  }

  get address(): string {
    const { advertisedAddress } = this.#settings;
    return advertisedAddress === "" ? assertDefined(this.#server, "server: start the node first").address : advertisedAddress;
  }

  async start(): Promise<void> {
    const currentTerm = (): Term => this.#currentTerm();
    this.#server = await this.#ports.listener.listen(this.#settings.listenAddress, [
      bindService(TopicService, topicHandlers(currentTerm, this.#settings)),
      bindService(PlacementService, placementHandlers(currentTerm)),
      bindService(
        ClusterService,
        clusterHandlers(currentTerm, () => this.#rebuild ?? currentTerm().brokers),
      ),
      bindService(ExecutorRegistryService, executorHandlers(currentTerm)),
      bindService(JobService, jobHandlers(currentTerm)),
    ]);
    const lead: Lead = (fence, over, stepDown) => this.#lead(fence, { over, stepDown });
    const follow = async ({ epoch }: { epoch: number }): Promise<void> => {
      this.#leaderAddress = await readLeaderAddress(this.#ports.store, epoch);
    };
    const lease = { holder: this.#coordinatorId, ttlMs: this.#settings.leaseTtlMs };
    this.#loop = runLeaseLoop(lease, this.#ports, { actions: { lead, follow }, signal: this.#stopping.signal });
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error("coordinator stops"));
    await this.#loop;
    await this.#server?.stop({ deadlineMs: STOP_DEADLINE_MS });
  }

  status(): CoordinatorStatus {
    if (this.#stopping.signal.aborted) return { role: "stopped" };
    if (this.#term === undefined) return { role: "standby", leaderAddress: this.#leaderAddress };
    return { role: "active", epoch: this.#term.fence.epoch };
  }

  #currentTerm(): Term {
    if (this.#rebuild !== undefined) throw errors.rebuilding({ clusterId: this.#rebuild.clusterId });
    if (this.#term === undefined) throw errors.notActive(this.#leaderAddress);
    return this.#term;
  }

  async #lead(fence: Fence, ends: TermEnds): Promise<void> {
    const { store } = this.#ports;
    await this.#told;
    this.#lost ??= await readLost(store);
    const lost = this.#lost;
    if (lost !== undefined && isRebuilt(lost, fence.generation, (await readHistory(store)).formerGenerations)) this.#lost = undefined;
    if (this.#lost === undefined) await this.#serveTerm(fence, ends);
    else await this.#rebuildStore(this.#lost, fence, ends);
  }

  async #serveTerm(fence: Fence, { over, stepDown }: TermEnds): Promise<void> {
    const { clock } = this.#ports;
    const onStoreLost = (cluster: LostCluster): void => {
      this.#lost = cluster;
      this.#tellOfLoss(cluster, fence);
      stepDown("store rolled back");
    };
    const startedMs = clock.monotonicMs();
    const termId = `${this.#coordinatorId}/${this.#ports.random.hex(4)}`;
    const settings = { ...this.#settings, coordinatorId: this.#coordinatorId, coordinatorAddress: this.address, termId };
    const opened = await openTerm(fence, { over, stepDown, onStoreLost }, { settings, ports: this.#ports });
    // State is dropped in the same turn in which the term ends: no call can start on it afterwards.
    const ended = Promise.withResolvers<void>();
    const onOver = (): void => {
      this.#term = undefined;
      opened.close(errors.notActive("")).then(ended.resolve, ended.reject);
    };
    over.addEventListener("abort", onOver, { once: true });
    if (over.aborted) onOver();
    else {
      this.#term = opened;
      this.#takeoverSeconds = (clock.monotonicMs() - startedMs) / 1_000;
      this.#announce(fence);
    }
    await ended.promise;
    this.#leaderAddress = "";
  }

  /**
   * Whoever leads next rebuilds the store, though no broker proves the loss to it again. Sent before the lease is handed back, and the term's end does not wait for it: nothing may be
   * decided any more. Where it does not arrive, this process knows, and brokers prove it again. A store that refuses it by an epoch not below the one that was seen proves that
   * this coordinator was deposed, and nothing else: whether something was lost its successor will find.
   */
  #tellOfLoss(cluster: LostCluster, fence: Fence): void {
    const { store, random, logger } = this.#ports;
    const { epochSeen = Infinity } = cluster;
    this.#told = store.commit(fence, random.hex(16), [lostChange(cluster)]).then(
      (result) => {
        if (result.kind !== "fenced" || result.epoch <= fence.epoch || result.epoch < epochSeen || this.#lost !== cluster) return;
        this.#lost = undefined;
        logger.info("coordinator.loss-disproved", { epoch: fence.epoch, storedEpoch: result.epoch, epochSeen });
      },
      (error: unknown) => logger.warn("coordinator.loss-not-written", { error }),
    );
  }

  #announce({ epoch, generation }: Fence): void {
    const { logger, store } = this.#ports;
    this.#leaderAddress = this.address;
    logger.info("coordinator.active", { epoch, generation, address: this.address, store: store.description });
  }

  /** A term that does nothing else: what it wrote is loaded by the next one, as any other store. */
  async #rebuildStore(lost: LostCluster, fence: Fence, { over, stepDown }: TermEnds): Promise<void> {
    const entry = { coordinatorId: this.#coordinatorId, address: this.address };
    this.#rebuild = new ClusterRebuild(lost, { fence, entry, over, ports: this.#ports });
    this.#leaderAddress = this.address;
    try {
      if (await this.#rebuild.run()) this.#lost = undefined;
    } finally {
      this.#rebuild.close();
      this.#rebuild = undefined;
      stepDown("store rebuilt");
    }
  }
}
