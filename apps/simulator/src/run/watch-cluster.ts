import type { ReplicaFetchResponse } from "@millrace/contracts";
import type { Cluster } from "../world/cluster.ts";
import { BoundsWatch } from "./bounds-watch.ts";
import { CoordinatorWatch } from "./coordinator-watch.ts";
import { DurabilityWatch } from "./durability-watch.ts";
import { DurableLogs } from "./durable-logs.ts";
import { ReplicationWatch } from "./replication-watch.ts";

/** min.insync.replicas of topics with three replicas. */
const MIN_IN_SYNC = 2;
/** How often what brokers have written down is looked at. */
const LOOK_MS = 200;

/** What looks at a cluster from outside while it works. */
export interface ClusterWatches {
  readonly durability: DurabilityWatch;
  findings(): readonly string[];
}

/** Must begin before the cluster does. */
export function watchCluster(cluster: Cluster, lossyBroker?: number): ClusterWatches {
  const logs = new DurableLogs(cluster.brokers, lossyBroker);
  const replication = new ReplicationWatch({ logs, minInSync: MIN_IN_SYNC });
  const coordinators = new CoordinatorWatch({ model: cluster.store.model, replication });
  cluster.store.watch = coordinators;
  const bounds = new BoundsWatch();
  cluster.network.onRequest = (from, of) => bounds.asked(from.name, of);
  cluster.network.onAnswer = (from, { method, answer }) => {
    if (method === "replicaFetch") replication.told(from, answer as ReplicaFetchResponse);
  };
  const look = (): void => {
    coordinators.lookAt(cluster.brokers);
    cluster.scheduler.after(LOOK_MS, undefined, look);
  };
  look();
  return {
    durability: new DurabilityWatch({ logs, minInSync: MIN_IN_SYNC, replication }),
    findings: () => [...coordinators.findings, ...replication.findings, ...bounds.findings],
  };
}
