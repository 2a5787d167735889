import { join } from "node:path";
import { createCompressionCodecs, createValueCodec, createValueFormats, crc32c } from "@millrace/codecs";
import { createConnectors } from "@millrace/connectors";
import { placesByScheme, runJobWorker } from "@millrace/executor-node";
import { createRpcListener, createRpcTransport } from "@millrace/rpc";
import {
  countBuffersAsHeap,
  createLogger,
  LOG_LEVELS,
  openTlsIdentity,
  openTracer,
  systemClock,
  systemRandom,
} from "@millrace/service-kit";
import { createCheckpointFolders } from "@millrace/storage-fs";
import { createCheckpointBuckets } from "@millrace/storage-s3";
import { openStateStore } from "@millrace/state-lmdb";
import { tlsOfEnvironment } from "./worker-tls.ts";
import { openWorkerChannel, SCRATCH_FOLDER_ENV, watchMemory } from "@millrace/worker-host";

// A worker process of one job epoch: everything it holds dies with it. Its log lines go to stderr, which the supervisor passes on and of which it
// keeps the last lines; stdout is for user code.
countBuffersAsHeap();
const channel = await openWorkerChannel();
const level = LOG_LEVELS.find((known) => known === process.env["MILLRACE_LOG_LEVEL"]) ?? "info";
const isPretty = process.env["MILLRACE_LOG_FORMAT"] === "pretty" || (process.env["MILLRACE_LOG_FORMAT"] !== "json" && process.stderr.isTTY);
const scratch = process.env[SCRATCH_FOLDER_ENV];
const budgetBytes = Number(process.env["MILLRACE_STATE_MEMORY_BYTES"] ?? Infinity);
const store = scratch === undefined || budgetBytes === Infinity ? undefined : openStateStore({ folder: join(scratch, "state") });
const logger = createLogger({
  level,
  component: "worker",
  format: isPretty ? "pretty" : "json",
  write: (line) => process.stderr.write(line),
});
const tls = openTlsIdentity(tlsOfEnvironment(process.env), logger);
// What few jobs need is loaded for those: a worker starts once per job and epoch.
const expressions = channel.init.bundleUrl === "" ? (await import("@millrace/expressions")).createExpressionLanguage() : undefined;
const telemetry = await openTracer("millrace-worker");

await runJobWorker({
  channel,
  loadBundle: async (url) => (await import(url)) as { readonly default?: unknown },
  transport: createRpcTransport({ tls }),
  listener: createRpcListener({ tls, forPeersOnly: true }),
  clock: systemClock,
  random: systemRandom,
  logger,
  tracer: telemetry.tracer,
  codec: createValueCodec(),
  crc32c,
  compression: createCompressionCodecs(),
  watchMemory: (memory, legend) => {
    watchMemory(memory, { legend, folder: scratch });
  },
  connectors: createConnectors(),
  places: placesByScheme({ file: createCheckpointFolders(), s3: createCheckpointBuckets(process.env) }),
  formats: createValueFormats(),
  ...(expressions === undefined ? {} : { expressions }),
  ...(store === undefined ? {} : { spill: { store, budgetBytes } }),
});
await telemetry.close();
process.exit();
