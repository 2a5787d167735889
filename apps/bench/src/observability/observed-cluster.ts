import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Connection, connect } from "../cluster/connection.ts";
import { createServedTopic } from "../cluster/create-topic.ts";
import type { LoadContext } from "../load.ts";
import { PARTITIONS } from "../loads/produce.ts";
import { treeCpuNs } from "../measure/cpu-time.ts";
import { type Sender, startSender } from "./sender.ts";
import { FLIGHTS, NUMBERS } from "./sender-protocol.ts";
import { Switches } from "./switches.ts";

const OTLP_SINK = fileURLToPath(new URL("./otlp-sink.ts", import.meta.url));
/** One in a hundred of what begins here; services follow. */
const SAMPLING = { OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.01" };
/** Spans are sent when they are told to, or 512 have come: by the clock it would be in a slice that has no traces. */
const SENDING = { OTEL_BSP_SCHEDULE_DELAY: "3600000" };
const SCRAPES = 4;

/** Something that takes spans and metrics, in a process of its own. */
export interface Collector {
  readonly endpoint: string;
  stop(): void;
}

export async function startCollector(): Promise<Collector> {
  const child = fork(OTLP_SINK, { execArgv: process.execArgv });
  const [port] = (await once(child, "message")) as [number];
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: () => {
      child.disconnect();
    },
  };
}

/** A cluster and a sender whose counting and tracing can be switched. */
export interface ObservedCluster {
  readonly brokerAddress: string;
  /** For administration; follows no trace. */
  readonly connection: Connection;
  readonly sender: Sender;
  readonly switches: Switches;
  /** Of the servers so far. */
  serverCpuNs(): number;
  /** What one look at the page of metrics costs them. */
  scrapeCpuNs(): Promise<number>;
  stop(): Promise<void>;
}

export async function startObserved(context: LoadContext, { endpoint }: Collector): Promise<ObservedCluster> {
  const switches = new Switches();
  const env = { ...switches.env, ...SAMPLING, ...SENDING, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
  const { brokerAddress, metricsUrl, pid, stop } = await context.startCluster({ env });
  const connection = connect(brokerAddress);
  for (const name of [NUMBERS, FLIGHTS, "bench-hourly"])
    await createServedTopic(connection.client, { name, partitions: PARTITIONS, configs: { flush: "interval" } });
  const sender = await startSender(brokerAddress, env);
  return {
    brokerAddress,
    connection,
    sender,
    switches,
    serverCpuNs: () => treeCpuNs(pid),
    scrapeCpuNs: async () => {
      const startNs = treeCpuNs(pid);
      for (let index = 0; index < SCRAPES; index++) await scrape(metricsUrl ?? "");
      return (treeCpuNs(pid) - startNs) / SCRAPES;
    },
    stop: async () => {
      await sender.stop();
      await connection.close();
      await stop();
      switches.close();
    },
  };
}

async function scrape(metricsUrl: string): Promise<void> {
  const response = await fetch(metricsUrl, { headers: { accept: "application/openmetrics-text" } });
  await response.arrayBuffer();
}
