import { AppError, type FlushMode } from "@millrace/model";
import type { DevCluster } from "../cluster/dev-cluster.ts";
import { kafkaLoad } from "../kafka/kafka-client.ts";
import type { Cost, Floor, Load, LoadContext, Measurement } from "../load.ts";
import { CostMeter } from "../measure/cost-meter.ts";
import { acknowledgementOf, PARTITIONS } from "./produce.ts";

const TOPIC = "bench-kafka";
/** Written before, and not measured. */
const WARM_UP_TOPIC = "bench-kafka-warm-up";
/** As long as that of raw connections. */
const WARM_UP_SECONDS = { full: 10, quick: 1 } as const;

export interface KafkaThroughputOptions {
  readonly valueBytes: number;
  readonly flush: FlushMode;
}

interface Side {
  readonly records: number;
  readonly sum: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** One client on librdkafka with its defaults writes what it can, and one reads all of it. Works against any server that speaks Kafka's protocol. */
export function kafkaThroughputLoad(options: KafkaThroughputOptions): Load {
  const { valueBytes, flush } = options;
  const name = `kafka-${valueBytes}-${flush}`;
  return {
    name,
    isKafka: true,
    about: `${valueBytes} B records written and read by one librdkafka client each, default batching, ${PARTITIONS} partitions, flush=${flush}`,
    run: async (context) => {
      const cluster = await context.startCluster();
      try {
        return await measure(options, context, cluster);
      } finally {
        await cluster.stop();
      }
    },
  };
}

async function measure({ valueBytes, flush }: KafkaThroughputOptions, context: LoadContext, cluster: DevCluster): Promise<Measurement[]> {
  const servers = kafkaAddressOf(cluster);
  const seconds = context.seconds({ full: 20, quick: 3 });
  const warmUpSeconds = WARM_UP_SECONDS[context.quick ? "quick" : "full"];
  const name = `${valueBytes}-${flush}`;
  context.progress(`kafka-produce-${name}: ${warmUpSeconds} s warm-up, then ${seconds} s`);
  await makeTopic(cluster, flush, { topic: WARM_UP_TOPIC });
  await kafkaLoad(["produce", servers, WARM_UP_TOPIC, valueBytes, warmUpSeconds]);
  await makeTopic(cluster, flush);
  const producing = new CostMeter(cluster.pid);
  const written = (await kafkaLoad(["produce", servers, TOPIC, valueBytes, seconds])) as Side & { refused: number };
  const writeCost = producing.stop();
  context.progress(`kafka-consume-${name}: ${written.records} records`);
  const consuming = new CostMeter(cluster.pid);
  const read = (await kafkaLoad(["consume", servers, TOPIC, PARTITIONS, written.records])) as Side & { disordered: number };
  const readCost = consuming.stop();
  const problems = [
    ...(written.refused > 0 ? [`${written.refused} records were refused`] : []),
    ...(read.records === written.records ? [] : [`${written.records} records acknowledged, ${read.records} read`]),
    ...(read.disordered > 0 ? [`${read.disordered} records out of order or twice`] : []),
    ...(read.sum === written.sum ? [] : ["what was read has another checksum than what was acknowledged"]),
  ];
  const settings = {
    valueBytes,
    warmUpSeconds,
    partitions: PARTITIONS,
    flush: cluster.isForeign ? (flush === "ack" ? "flush.messages=1" : "as the server has it") : flush,
  };
  const common = { problems, payloadBytes: written.records * valueBytes, records: written.records };
  return [
    {
      ...common,
      name: `kafka-produce-${name}`,
      settings: { ...settings, acks: "all", client: "librdkafka, one, its defaults (linger 5 ms)", seconds: Math.round(written.seconds) },
      acknowledgement: cluster.isForeign
        ? `acks=all, one replica: ${flush === "ack" ? "flush.messages=1, synced before the answer" : "not synced, unless the server is configured so"}`
        : acknowledgementOf(flush),
      seconds: written.seconds,
      cost: withClient(writeCost, written),
      verified: "counted, and checksums of all values compared with what was read",
      ...floorOf({ side: "produced", rateMin: 150, cpuMax: 2 }, { valueBytes, flush, cluster }, [
        common.payloadBytes,
        written.seconds,
        writeCost,
      ]),
    },
    {
      ...common,
      name: `kafka-consume-${name}`,
      settings: { ...settings, client: "librdkafka, one, its defaults", data: "in the page cache" },
      seconds: read.seconds,
      cost: withClient(readCost, read),
      verified: "each record once and in order within its partition, checksums of all values equal",
      ...floorOf({ side: "consumed", rateMin: 300, cpuMax: 2 }, { valueBytes, flush, cluster }, [
        common.payloadBytes,
        read.seconds,
        readCost,
      ]),
    },
  ];
}

/** Makes the topic anew. Kafka's word for a sync before each acknowledgement is `flush.messages=1`; without it a foreign server does as it is configured. */
export async function makeTopic(cluster: DevCluster, flush: FlushMode, { topic = TOPIC, partitions = PARTITIONS } = {}): Promise<void> {
  await kafkaLoad([
    "topic",
    kafkaAddressOf(cluster),
    topic,
    partitions,
    ...(cluster.isForeign ? (flush === "ack" ? ["flush.messages=1"] : []) : [`flush=${flush}`]),
  ]);
}

export function kafkaAddressOf({ kafkaAddress }: DevCluster): string {
  if (kafkaAddress !== undefined) return kafkaAddress;
  const message = "the cluster has no Kafka listener that is known here: --against HOST:PORT names one";
  throw new AppError({ kind: "invalid", code: "no-kafka-listener", message });
}

/** The client is a process of its own. */
export function withClient(cost: Cost, { cpuSeconds }: { readonly cpuSeconds: number }): Cost {
  return {
    ...cost,
    clientCpuSeconds: cost.clientCpuSeconds + cpuSeconds,
    otherCpuSeconds: Math.max(0, cost.otherCpuSeconds - cpuSeconds),
  };
}

function floorOf(
  { side, rateMin, cpuMax }: { side: string; rateMin: number; cpuMax: number },
  { valueBytes, flush, cluster }: KafkaThroughputOptions & { cluster: DevCluster },
  [bytes, seconds, cost]: readonly [number, number, Cost],
): { floor?: Floor } {
  if (valueBytes !== 1_024 || flush !== "interval" || cluster.isForeign) return {};
  const isReached = bytes / 1e6 / seconds >= rateMin && cost.serverCpuSeconds / (bytes / 1e9) < cpuMax;
  return {
    floor: {
      text: `${rateMin} MB/s ${side} by one librdkafka client, server CPU under ${cpuMax} s/GB`,
      isReached: bytes < 1e9 ? undefined : isReached,
    },
  };
}
