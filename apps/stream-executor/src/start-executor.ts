import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { createExecutorNode, type ExecutorNode } from "@millrace/executor-node";
import { createRpcTransport } from "@millrace/rpc";
import type { RunningService, ServiceKit } from "@millrace/service-kit";
import { createProcessHost } from "@millrace/worker-host";
import type { ExecutorAppSettings } from "./settings.ts";
import { tlsEnvironment } from "./worker-tls.ts";

/** An executor that runs in this process; its workers are child processes. */
export interface RunningExecutor extends RunningService {
  readonly executorId: string;
  /** Resolves when a coordinator has taken it. */
  readonly registered: ExecutorNode["registered"];
}

const MIB = 1024 * 1024;

/** Starts an executor on a kit; it registers with the active coordinator as soon as it finds one. */
export function startExecutor(settings: ExecutorAppSettings, kit: ServiceKit): Promise<RunningExecutor> {
  const executorId = settings.executorId === "" ? `${hostname()}-${process.pid}` : settings.executorId;
  const logger = kit.loggerOf("executor");
  const transport = createRpcTransport({ tls: kit.tls });
  const workerHost = createProcessHost({
    entry: join(import.meta.dirname, import.meta.filename.endsWith(".ts") ? "worker-main.ts" : "worker-main.js"),
    folder: resolve(settings.dataDir, "bundles"),
    heapMbMax: settings.workerHeapMb,
    silenceMsMax: settings.workerSilenceMs,
    logger,
    flags: ["--enable-source-maps"], // Errors of user code name the line of its source, not of the bundle.
    env: {
      MILLRACE_LOG_LEVEL: settings.logLevel,
      MILLRACE_LOG_FORMAT: settings.logFormat,
      MILLRACE_STATE_MEMORY_BYTES: String(Math.floor((settings.stateMemoryMb * MIB) / settings.workerSlots)),
      ...tlsEnvironment(settings),
      ...(settings.otlpEndpoint === "" ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: settings.otlpEndpoint }),
    },
  });
  const { clock, random, metrics } = kit;
  const node = createExecutorNode({ ...settings, executorId }, { transport, workerHost, clock, random, logger, metrics });
  const removeCheck = kit.readiness.add("executor", () => node.notReadyReason());
  return Promise.resolve({
    executorId,
    registered: node.registered,
    stop: async (options) => {
      removeCheck();
      await node.stop(options);
      await transport.close();
    },
  });
}
