import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Tracer } from "@millrace/ports";
import { openTracer } from "@millrace/service-kit";
import { type Connection, connect } from "../cluster/connection.ts";
import type { DevCluster } from "../cluster/dev-cluster.ts";
import type { LoadContext } from "../load.ts";
import type { Variant } from "./variants.ts";

const SCRAPE_MS = 5_000;
const NO_METRICS = new URL("./no-metrics.ts", import.meta.url).href;
const OTLP_SINK = fileURLToPath(new URL("./otlp-sink.ts", import.meta.url));
/** One in a hundred of what begins here; services follow. */
const SAMPLING = { OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.01" };

/** A collector, and this process' own tracer that sends to it. */
export interface Collector {
  readonly endpoint: string;
  readonly tracer: Tracer;
  stop(): Promise<void>;
}

export async function startCollector(): Promise<Collector> {
  const child = fork(OTLP_SINK, { execArgv: process.execArgv });
  const [port] = (await once(child, "message")) as [number];
  const endpoint = `http://127.0.0.1:${port}`;
  Object.assign(process.env, SAMPLING, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
  const { tracer, close } = await openTracer("bench");
  Reflect.deleteProperty(process.env, "OTEL_EXPORTER_OTLP_ENDPOINT"); // of the servers only those that trace have it
  return {
    endpoint,
    tracer,
    stop: async () => {
      await close();
      child.disconnect();
    },
  };
}

export interface ObservedCluster {
  readonly variant: Variant;
  readonly cluster: DevCluster;
  readonly connection: Connection;
  stop(): Promise<void>;
}

/** A cluster that does what the variant says, with a client that does so, too. */
export async function startObserved(variant: Variant, context: LoadContext, collector: Collector): Promise<ObservedCluster> {
  const cluster = await context.startCluster({
    ...(variant === "nothing" ? { preload: NO_METRICS } : {}),
    ...(variant === "traces" ? { env: { ...SAMPLING, OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint } } : {}),
  });
  const connection = connect(cluster.brokerAddress, variant === "traces" ? collector.tracer : undefined);
  const scraping = variant === "nothing" ? undefined : setInterval(() => void scrape(cluster), SCRAPE_MS);
  return {
    variant,
    cluster,
    connection,
    stop: async () => {
      clearInterval(scraping);
      await connection.close();
      await cluster.stop();
    },
  };
}

async function scrape({ metricsUrl }: DevCluster): Promise<void> {
  const response = await fetch(metricsUrl ?? "", { headers: { accept: "application/openmetrics-text" } });
  await response.arrayBuffer();
}
