import { resolve } from "node:path";
import { type BrokerNode, type BrokerStatus, createBrokerNode } from "@millrace/broker-node";
import { compilePattern, createCompressionCodecs, crc32c } from "@millrace/codecs";
import { createKafkaListener } from "@millrace/kafka-net";
import { createRpcListener, createRpcTransport } from "@millrace/rpc";
import type { RunningService, ServiceKit } from "@millrace/service-kit";
import { openDataFolder } from "@millrace/storage-fs";
import type { BrokerAppSettings } from "./settings.ts";

/** How often the node is asked whether it can go on. */
const FAILURE_CHECK_MS = 500; // a sixth of the silence after which others take over anyway

/** A broker that runs in this process. */
export interface RunningBroker extends RunningService {
  /** host:port under which clients reach it. */
  readonly address: string;
  /** host:port under which Kafka clients reach it; undefined if it does not listen for them. */
  readonly kafkaAddress: string | undefined;
  status(): BrokerStatus;
  /** Resolves once the first metadata has been applied. */
  ready(): Promise<void>;
}

/** Starts a broker on a kit: locks its data folder, recovers what is in it, listens. Resolves when it listens. */
export async function startBroker(settings: BrokerAppSettings, kit: ServiceKit): Promise<RunningBroker> {
  const { clock, random, metrics, tracer, tls } = kit;
  const folder = await openDataFolder(resolve(settings.dataFolder), { newFolderId: random.hex(16) });
  const transport = createRpcTransport({ tls });
  const logger = kit.loggerOf("broker");
  const node = createBrokerNode(settings, {
    storage: folder.storage,
    clock,
    random,
    logger,
    metrics,
    tracer,
    transport,
    listener: createRpcListener({ tls }),
    kafkaListener: createKafkaListener({ logger, tls }),
    crc32c,
    compression: createCompressionCodecs(),
    compilePattern,
    defer: (run) => setImmediate(run),
  });
  const close = async (): Promise<void> => {
    await transport.close();
    folder.release();
  };
  try {
    await node.start();
  } catch (error) {
    await close();
    throw error;
  }
  const removeCheck = kit.readiness.add("broker", readinessOf(node));
  const watch = watchFailure(node);
  return {
    address: node.address,
    kafkaAddress: node.kafkaAddress,
    status: () => node.status(),
    ready: () => node.ready(),
    failed: watch.failed,
    stop: async () => {
      removeCheck();
      watch.stop();
      await node.stop();
      await close();
    },
  };
}

/**
 * Ready: registered, not fenced, and once after the start in sync with all that it replicates. Later a partition may fall out of sync: if that took a broker out
 * of service, one slow broker would take its healthy neighbours with it.
 */
function readinessOf(node: BrokerNode): () => string | undefined {
  let hasCaughtUp = false;
  return () => {
    const reason = notReadyReason(node.status());
    if (reason !== undefined || hasCaughtUp) return reason;
    const catchingUp = node.catchingUp();
    hasCaughtUp = catchingUp === undefined;
    return catchingUp;
  };
}

function notReadyReason(status: BrokerStatus): string | undefined {
  switch (status.state) {
    case "running":
      return undefined;
    case "starting":
      return "waiting for the coordinator";
    case "failed":
      return "refused by the coordinator, or its disk failed";
    default:
      return status.state;
  }
}

/** Rejects when the node says that it cannot be part of its cluster, or that its disk failed: the process ends, its leadership moves, and whoever starts it again sees what is left. */
function watchFailure(node: BrokerNode): { failed: Promise<never>; stop: () => void } {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined); // Who does not wait for it sees the reason in `status`.
  const timer = setInterval(() => {
    const status = node.status();
    if (status.state !== "failed") return;
    clearInterval(timer);
    reject(status.error);
  }, FAILURE_CHECK_MS);
  return { failed: promise, stop: () => clearInterval(timer) };
}
