import type { BrokerMetrics } from "../broker-metrics.ts";
import type { ClusterView } from "../cluster-view.ts";
import type { BrokerPorts } from "../node-ports.ts";
import type { Replicas } from "../partitions/replicas.ts";
import type { BrokerSettings } from "../settings.ts";
import type { TransactionCoordinators } from "../transactions/transaction-coordinators.ts";
import type { TransactionVerifier } from "../transactions/transaction-verifier.ts";

/** What handlers work with. */
export interface RpcContext {
  readonly settings: BrokerSettings;
  readonly ports: BrokerPorts;
  readonly view: ClusterView;
  readonly replicas: Replicas;
  readonly metrics: BrokerMetrics;
  readonly verifier: TransactionVerifier;
  readonly coordinators: TransactionCoordinators;
  /** A coordinator answered a moment ago: leadership that it has moved by then is known here. */
  readonly isSessionCurrent: () => boolean;
  /** Aborted once leadership has been handed over: new work is refused, streams end when what they hold is answered. */
  readonly stopping: AbortSignal;
}
