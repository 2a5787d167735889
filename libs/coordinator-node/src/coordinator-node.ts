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
import { readHistory } from "./rebuild/store-history.ts";
import { clusterHandlers } from "./rpc/cluster-service.ts";
import { executorHandlers } from "./rpc/executor-service.ts";
import { jobHandlers } from "./rpc/job-service.ts";
import { placementHandlers } from "./rpc/placement-service.ts";
import { topicHandlers } from "./rpc/topic-service.ts";
import type { CoordinatorSettings } from "./settings.ts";
import { readLeaderAddress } from "./term/leader-entry.ts";
import { runLeaseLoop } from "./term/lease-loop.ts";
import { openTerm, type Term, type TermPorts } from "./term/term.ts";

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
  const coordinatorId = settings.coordinatorId === "" ? `coordinator-${ports.random.hex(4)}` : settings.coordinatorId;
  const stopping = new AbortController();
  let server: RpcServer | undefined;
  let loop: Promise<void> = Promise.resolve();
  let term: Term | undefined;
  let leaderAddress = "";
  let takeoverSeconds = 0;
  /** A broker proved that the store lost this cluster; until it is rebuilt no term of this process serves anything else. */
  let lost: LostCluster | undefined;
  let rebuild: ClusterRebuild | undefined;

  const address = (): string =>
    settings.advertisedAddress === "" ? assertDefined(server, "server: start the node first").address : settings.advertisedAddress;
  const currentTerm = (): Term => {
    if (rebuild !== undefined) throw errors.rebuilding({ clusterId: rebuild.clusterId });
    if (term === undefined) throw errors.notActive(leaderAddress);
    return term;
  };

  async function lead(...[fence, over, stepDown]: Parameters<Parameters<typeof runLeaseLoop>[2]["actions"]["lead"]>): Promise<void> {
    const termSettings = { ...settings, coordinatorId, coordinatorAddress: address() };
    if (lost !== undefined && isRebuilt(lost, fence.generation, (await readHistory(ports.store)).formerGenerations)) lost = undefined;
    if (lost !== undefined) {
      await rebuildStore(lost, fence, { over, stepDown });
      return;
    }
    const onStoreLost = (cluster: LostCluster): void => {
      lost = cluster;
      stepDown("store rolled back");
    };
    const startedMs = ports.clock.monotonicMs();
    const opened = await openTerm(fence, { over, stepDown, onStoreLost }, { settings: termSettings, ports });
    // State is dropped in the same turn in which the term ends: no call can start on it afterwards.
    const ended = Promise.withResolvers<void>();
    const onOver = (): void => {
      term = undefined;
      opened.close(errors.notActive("")).then(ended.resolve, ended.reject);
    };
    over.addEventListener("abort", onOver, { once: true });
    if (over.aborted) onOver();
    else {
      term = opened;
      takeoverSeconds = (ports.clock.monotonicMs() - startedMs) / 1_000;
      leaderAddress = address();
      const { epoch, generation } = fence;
      ports.logger.info("coordinator.active", { epoch, generation, address: address(), store: ports.store.description });
    }
    await ended.promise;
    leaderAddress = "";
  }

  /** A term that does nothing else: what it wrote is loaded by the next one, as any other store. */
  async function rebuildStore(
    of: LostCluster,
    fence: Fence,
    { over, stepDown }: { over: AbortSignal; stepDown: (reason: string) => void },
  ) {
    const entry = { coordinatorId, address: address() };
    rebuild = new ClusterRebuild(of, { fence, entry, over, ports });
    leaderAddress = address();
    try {
      if (await rebuild.run()) lost = undefined;
    } finally {
      rebuild.close();
      rebuild = undefined;
      stepDown("store rebuilt");
    }
  }

  observeJobs(ports.metrics, () => term?.jobs?.figures() ?? []);
  observeCluster(ports.metrics, { term: () => term, takeoverSeconds: () => takeoverSeconds });
  return {
    get address() {
      return address();
    },
    async start() {
      server = await ports.listener.listen(settings.listenAddress, [
        bindService(TopicService, topicHandlers(currentTerm, settings)),
        bindService(PlacementService, placementHandlers(currentTerm)),
        bindService(
          ClusterService,
          clusterHandlers(currentTerm, () => rebuild ?? currentTerm().brokers),
        ),
        bindService(ExecutorRegistryService, executorHandlers(currentTerm)),
        bindService(JobService, jobHandlers(currentTerm)),
      ]);
      const follow = async ({ epoch }: { epoch: number }): Promise<void> => {
        leaderAddress = await readLeaderAddress(ports.store, epoch);
      };
      const lease = { holder: coordinatorId, ttlMs: settings.leaseTtlMs };
      loop = runLeaseLoop(lease, ports, { actions: { lead, follow }, signal: stopping.signal });
    },
    async stop() {
      stopping.abort(new Error("coordinator stops"));
      await loop;
      await server?.stop({ deadlineMs: STOP_DEADLINE_MS });
    },
    status() {
      if (stopping.signal.aborted) return { role: "stopped" };
      return term === undefined ? { role: "standby", leaderAddress } : { role: "active", epoch: term.fence.epoch };
    },
  };
}
