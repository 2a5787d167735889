import { createHash } from "node:crypto";
import { type CoordinatorStatus, createCoordinatorNode, createJobsPart } from "@millrace/coordinator-node";
import { createExpressionLanguage } from "@millrace/expressions";
import { createRpcListener, createRpcTransport } from "@millrace/rpc";
import { meteredStore, type RunningService, type ServiceKit } from "@millrace/service-kit";
import { openStore } from "./open-store.ts";
import type { CoordinatorAppSettings } from "./settings.ts";

/** A coordinator that runs in this process. */
export interface RunningCoordinator extends RunningService {
  /** host:port under which others reach it. */
  readonly address: string;
  status(): CoordinatorStatus;
}

/** Starts a coordinator on a kit: opens the store, listens, and tries for the lease. Resolves when it listens. */
export async function startCoordinator(settings: CoordinatorAppSettings, kit: ServiceKit): Promise<RunningCoordinator> {
  const logger = kit.loggerOf("coordinator");
  const { clock, random, metrics, tracer, tls } = kit;
  const store = meteredStore(await openStore(settings, { clock, random, logger }), { metrics, clock });
  const transport = createRpcTransport({ tls });
  const node = createCoordinatorNode(settings, {
    store,
    clock,
    random,
    logger,
    metrics,
    tracer,
    transport,
    listener: createRpcListener({ tls }),
    createJobs: createJobsPart({ sha256, expressions: createExpressionLanguage() }),
  });
  const close = async (): Promise<void> => {
    await transport.close();
    await store.close();
  };
  try {
    await node.start();
  } catch (error) {
    await close();
    throw error;
  }
  const removeCheck = kit.readiness.add("coordinator", () => notReadyReason(node.status()));
  logger.info("coordinator.listening", { address: node.address, store: store.description });
  return {
    address: node.address,
    status: () => node.status(),
    stop: async () => {
      removeCheck();
      await node.stop();
      await close();
    },
  };
}

/** A standby that knows the leader is ready, too: it answers who that is, and takes over when needed. */
function notReadyReason(status: CoordinatorStatus): string | undefined {
  if (status.role === "stopped") return "stopping";
  return status.role === "standby" && status.leaderAddress === "" ? "no coordinator leads yet" : undefined;
}

function sha256(chunks: readonly (Uint8Array | string)[]): string {
  const hash = createHash("sha256");
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest("hex");
}
