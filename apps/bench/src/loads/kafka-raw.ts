import type { FlushMode } from "@millrace/model";
import type { DevCluster } from "../cluster/dev-cluster.ts";
import { kafkaLoad } from "../kafka/kafka-client.ts";
import type { Cost, Load, LoadContext, Measurement } from "../load.ts";
import { CostMeter } from "../measure/cost-meter.ts";
import { hasEnough, type LatencySummary } from "../measure/latency.ts";
import { kafkaAddressOf, makeTopic, withClient } from "./kafka-throughput.ts";
import { acknowledgementOf, PARTITIONS } from "./produce.ts";

const TOPIC = "bench-kafka-raw";
/** Code that is compiled as it runs (theirs and ours) has seen its work by then. */
const WARM_UP_SECONDS = { full: 10, quick: 1 } as const;

export interface KafkaRawOptions {
  readonly name: string;
  readonly valueBytes: number;
  readonly recordsPerBatch: number;
  readonly connections: number;
  readonly inFlight: number;
  readonly flush: FlushMode;
  /** Absent: as many as in every load. */
  readonly partitions?: number;
}

/** With nothing left out. */
export type RawShape = Required<KafkaRawOptions>;

/** What the generator prints. */
export interface RawAnswer {
  readonly records: number;
  readonly seconds: number;
  readonly acknowledged: number;
  readonly cpuSeconds: number;
  readonly requests: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Encoded batches over raw connections, closed loop: the limit of the server, not of a client. */
export function kafkaRawLoad(options: KafkaRawOptions): Load {
  const { valueBytes, recordsPerBatch, connections, inFlight, flush } = options;
  const what = recordsPerBatch === 1 ? "single records" : `batches of ${recordsPerBatch}`;
  return {
    name: `kafka-raw-${options.name}`,
    isKafka: true,
    about: `${what} of ${valueBytes} B, encoded beforehand, over ${connections} raw connections with ${inFlight} requests under way each, flush=${flush}`,
    run: async (context) => [await measureRaw({ partitions: PARTITIONS, ...options }, context)],
  };
}

/** On a cluster that is started for it. */
export async function measureRaw(shape: RawShape, context: LoadContext): Promise<Measurement> {
  const cluster = await context.startCluster();
  try {
    return await measure(shape, { context, cluster });
  } finally {
    await cluster.stop();
  }
}

async function measure(options: RawShape, { context, cluster }: { context: LoadContext; cluster: DevCluster }): Promise<Measurement> {
  const { valueBytes, recordsPerBatch, connections, inFlight, flush, partitions } = options;
  const seconds = context.seconds({ full: 20, quick: 3 });
  const warmUpSeconds = context.quick ? WARM_UP_SECONDS.quick : WARM_UP_SECONDS.full;
  const name = `kafka-raw-${options.name}`;
  const [host, port] = raw(kafkaAddressOf(cluster));
  await makeTopic(cluster, flush, { topic: TOPIC, partitions });
  context.progress(`${name}: ${warmUpSeconds} s warm-up, then ${seconds} s`);
  const args = ["produce", host, port, TOPIC, partitions, valueBytes, recordsPerBatch, connections, inFlight, warmUpSeconds, seconds];
  const { answer, cost } = await runRaw(args, cluster);
  const { ends } = (await kafkaLoad(["ends", host, port, TOPIC, partitions], undefined, "kafka-raw")) as { readonly ends: number };
  return {
    name,
    settings: {
      valueBytes,
      recordsPerBatch,
      connections,
      inFlight,
      partitions,
      acks: "all",
      seconds,
      flush: flushOf(cluster, flush),
    },
    acknowledgement: cluster.isForeign ? `acks=all, one replica: ${flushOf(cluster, flush)}` : acknowledgementOf(flush),
    records: answer.records,
    payloadBytes: answer.records * valueBytes,
    seconds: answer.seconds,
    latency: latencyOf(answer),
    ...(cost === undefined ? {} : { cost: withClient(cost, answer) }),
    verified: "the ends of all partitions are as many records as were acknowledged; the server checks the checksum of each batch",
    problems: ends === answer.acknowledged ? [] : [`${answer.acknowledged} records acknowledged, the logs hold ${ends}`],
  };
}

/** Runs the generator and measures the server while it measures. */
export async function runRaw(
  args: readonly (string | number)[],
  cluster: DevCluster,
): Promise<{ answer: RawAnswer; cost: Cost | undefined }> {
  const meters: CostMeter[] = [];
  const costs: Cost[] = [];
  const onLine = (line: string): void => {
    if (line === "MEASURING") meters.push(new CostMeter(cluster.pid));
    if (line === "MEASURED") costs.push(...meters.map((meter) => meter.stop()));
  };
  const answer = (await kafkaLoad(args, onLine, "kafka-raw")) as RawAnswer;
  return { answer, cost: costs[0] };
}

export function latencyOf(answer: RawAnswer): LatencySummary {
  const at = (percentile: number, ms: number): number | undefined => (hasEnough(answer.requests, percentile) ? ms : undefined);
  return {
    of: "request sent to answered, closed loop",
    count: answer.requests,
    p50Ms: at(50, answer.p50Ms),
    p90Ms: undefined,
    p99Ms: at(99, answer.p99Ms),
    p999Ms: undefined,
    maxMs: answer.maxMs,
  };
}

function flushOf({ isForeign }: DevCluster, flush: FlushMode): string {
  if (!isForeign) return flush;
  return flush === "ack" ? "flush.messages=1: synced before the answer" : "as the server has it: not synced";
}

/** IPv4 and port: the generator looks no names up. */
export function raw(address: string): readonly [host: string, port: string] {
  const [host = "", port = ""] = address.split(",")[0]?.split(/:(?=\d+$)/) ?? [];
  return [host === "localhost" ? "127.0.0.1" : host, port];
}
