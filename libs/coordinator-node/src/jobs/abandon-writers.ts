import { type RpcTransport, TransactionService } from "@millrace/contracts";
import { isRetriable, toAppError } from "@millrace/model";
import { type Clock, type Logger, sleep } from "@millrace/ports";
import type { ClusterView } from "../jobs-port.ts";
import { ABANDON_ATTEMPTS_MAX, ABANDON_RETRY_MS, LIST_OFFSETS_TIMEOUT_MS } from "./limits.ts";

interface Ports {
  readonly cluster: ClusterView;
  readonly transport: RpcTransport;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Ends the transactions that killed workers of an ended job may have left open, so that readers of its output need not wait for a
 * time-out. A courtesy: what cannot be reached in a few attempts is left to the time-out.
 */
export async function abandonWriters(transactionalIds: readonly string[], ports: Ports, signal: AbortSignal): Promise<void> {
  for (const transactionalId of transactionalIds) {
    for (let attempt = 1; attempt <= ABANDON_ATTEMPTS_MAX && !signal.aborted; attempt++) {
      try {
        await fence(transactionalId, ports);
        break;
      } catch (error) {
        ports.logger.debug("writer not fenced", { transactionalId, attempt, code: toAppError(error).code });
        if (!isRetriable(error)) break;
        await sleep(ports.clock, ABANDON_RETRY_MS, signal).catch(() => undefined);
      }
    }
  }
}

async function fence(transactionalId: string, { cluster, transport }: Ports): Promise<void> {
  const [first] = cluster.brokerAddresses();
  if (first === undefined) return;
  const options = { timeoutMs: LIST_OFFSETS_TIMEOUT_MS };
  const { address } = await transport.client(TransactionService, first).findTransactionCoordinator({ transactionalId }, options);
  await transport.client(TransactionService, address).initProducerId({ transactionalId, transactionTimeoutMs: 60_000 }, options);
}
