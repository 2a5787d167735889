import type { CoordinationStore, Clock, Fence, Logger, Metrics, Random, Tracer } from "@millrace/ports";
import type { RpcTransport } from "@millrace/contracts";
import { BrokerSessions } from "../brokers/broker-sessions.ts";
import { ClusterController } from "../cluster/cluster-controller.ts";
import { createClusterView } from "../cluster/cluster-view.ts";
import { LeaderlessPartitions } from "../cluster/leaderless-partitions.ts";
import { ReassignmentLoop } from "../cluster/reassignment-loop.ts";
import { ExecutorSessions } from "../executors/executor-sessions.ts";
import type { CreateJobsPart, JobsPart } from "../jobs-port.ts";
import { type LostCluster, lostSince } from "../rebuild/lost-store.ts";
import type { CoordinatorSettings } from "../settings.ts";
import { FencedStore } from "./fenced-store.ts";
import { writeLeader } from "./leader-entry.ts";

export interface TermPorts {
  readonly store: CoordinationStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  readonly transport: RpcTransport;
  readonly createJobs?: CreateJobsPart | undefined;
}

export interface TermSettings extends CoordinatorSettings {
  readonly coordinatorAddress: string;
  /** Of this term alone: a store that was rolled back gives the same epoch out again, perhaps to the same coordinator (reliability S5). */
  readonly termId: string;
}

/** Everything that is in memory while this process leads; thrown away as a whole when it no longer does. */
export interface Term {
  readonly fence: Fence;
  readonly coordinatorId: string;
  readonly coordinatorAddress: string;
  readonly storeDescription: string;
  readonly controller: ClusterController;
  readonly brokers: BrokerSessions;
  readonly leaderless: LeaderlessPartitions;
  readonly executors: ExecutorSessions;
  readonly jobs: JobsPart | undefined;
  /** Ends every session with `failure`, then waits for what is under way. */
  close(failure: unknown): Promise<void>;
}

/** Takes over: tells the store where the leader is, loads the cluster, and is then ready to serve. Jobs load while it serves. */
export async function openTerm(
  fence: Fence,
  lifetime: { over: AbortSignal; stepDown: (reason: string) => void; onStoreLost: (lost: LostCluster) => void },
  options: { settings: TermSettings; ports: TermPorts },
): Promise<Term> {
  const { settings, ports } = options;
  const { coordinatorId, coordinatorAddress } = settings;
  const loaded: { clusterId?: string } = {};
  const onRolledBack = (): void => {
    if (loaded.clusterId !== undefined) lifetime.onStoreLost(lostSince(loaded.clusterId, fence));
  };
  const store = new FencedStore(fence, ports, { ...lifetime, onRolledBack });
  await writeLeader(store, { coordinatorId, address: coordinatorAddress, epoch: fence.epoch });
  const placement = {
    partitionsDefault: settings.partitionsDefault,
    replicationFactorDefault: settings.replicationFactorDefault,
    internalTopicPartitions: settings.internalTopicPartitions,
    internalTopicReplicas: settings.internalTopicReplicas,
    replicasAddedAtOnce: settings.replicasAddedAtOnce,
  };
  const context = { settings: placement, random: ports.random };
  const controller = await ClusterController.load({ store, context, clock: ports.clock, logger: ports.logger, ...lifetime });
  loaded.clusterId = controller.state.identity.clusterId;
  const cluster = createClusterView(controller);
  const brokers = new BrokerSessions(settings, { ...ports, fence, controller, onStoreLost: lifetime.onStoreLost });
  const reassignments = new ReassignmentLoop(controller, ports);
  const leaderless = new LeaderlessPartitions({ controller, brokers }, ports);
  const executors = new ExecutorSessions(settings, { ...ports, fence, brokerAddresses: () => cluster.brokerAddresses() });
  const jobs = ports.createJobs?.({ ...ports, store, registry: executors, cluster });
  void jobs?.start().catch((error: unknown) => {
    ports.logger.error("coordinator.jobs-not-loaded", { error });
    lifetime.stepDown("jobs cannot be loaded");
  });
  return {
    fence,
    coordinatorId,
    coordinatorAddress,
    storeDescription: ports.store.description,
    controller,
    brokers,
    leaderless,
    executors,
    jobs,
    async close(failure) {
      reassignments.close();
      leaderless.close();
      brokers.close(failure);
      executors.close(failure);
      await jobs?.stop();
      await store.idle();
    },
  };
}
