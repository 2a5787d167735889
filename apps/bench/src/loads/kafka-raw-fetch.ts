import type { DevCluster } from "../cluster/dev-cluster.ts";
import { kafkaLoad } from "../kafka/kafka-client.ts";
import type { Load, LoadContext, Measurement } from "../load.ts";
import { latencyOf, raw, runRaw } from "./kafka-raw.ts";
import { kafkaAddressOf, makeTopic, withClient } from "./kafka-throughput.ts";
import { PARTITIONS } from "./produce.ts";

const TOPIC = "bench-kafka-fetch";
const VALUE_BYTES = 1_024;
const RECORDS_PER_BATCH = 16;
const PRODUCE = { connections: 8, inFlight: 4, warmUpSeconds: 2, seconds: 2 };
/** Of each partition, from the end: 36 MB over all, which every server has in memory. */
const RECENT_RECORDS = 6_000;
/** The same: 74 MB behind which nothing is in our tail cache any more (64 MiB), while the page cache has all. */
const WARM_RECORDS = 12_000;
const WARM_UP_SECONDS = { full: 8, quick: 1 };

export interface KafkaRawFetchOptions {
  readonly name: string;
  readonly fetchBytes: number;
  /** What was written last; else from the log's start, out of the page cache. */
  readonly isRecent: boolean;
}

/** The same records read again and again over raw connections, one per partition: the limit of the server, not of a client. */
export function kafkaRawFetchLoad(options: KafkaRawFetchOptions): Load {
  const { name, fetchBytes, isRecent } = options;
  return {
    name: `kafka-raw-fetch-${name}`,
    isKafka: true,
    about: `${isRecent ? "what was written last" : "older records, in the page cache"}, in fetches of ${fetchBytes / 1_024} KiB over ${PARTITIONS} raw connections`,
    run: async (context) => {
      const cluster = await context.startCluster();
      try {
        return [await measure(options, context, cluster)];
      } finally {
        await cluster.stop();
      }
    },
  };
}

async function measure(
  { name, fetchBytes, isRecent }: KafkaRawFetchOptions,
  context: LoadContext,
  cluster: DevCluster,
): Promise<Measurement> {
  const seconds = context.seconds({ full: 20, quick: 2 });
  const warmUpSeconds = context.quick ? WARM_UP_SECONDS.quick : WARM_UP_SECONDS.full;
  const [host, port] = raw(kafkaAddressOf(cluster));
  await makeTopic(cluster, "interval", { topic: TOPIC });
  const { connections, inFlight } = PRODUCE;
  const shape = [VALUE_BYTES, RECORDS_PER_BATCH, connections, inFlight, PRODUCE.warmUpSeconds, PRODUCE.seconds];
  await kafkaLoad(["produce", host, port, TOPIC, PARTITIONS, ...shape], undefined, "kafka-raw");
  context.progress(`kafka-raw-fetch-${name}: ${warmUpSeconds} s warm-up, then ${seconds} s`);
  const range = isRecent ? [RECENT_RECORDS, 0] : [0, WARM_RECORDS];
  const { answer, cost } = await runRaw(
    ["fetch", host, port, TOPIC, PARTITIONS, fetchBytes, PARTITIONS, ...range, warmUpSeconds, seconds],
    cluster,
  );
  return {
    name: `kafka-raw-fetch-${name}`,
    settings: {
      fetchBytes,
      valueBytes: VALUE_BYTES,
      connections: PARTITIONS,
      partitions: PARTITIONS,
      seconds,
      data: isRecent ? "written last" : "page cache",
    },
    records: answer.records,
    payloadBytes: answer.records * VALUE_BYTES,
    seconds: answer.seconds,
    latency: latencyOf(answer),
    ...(cost === undefined ? {} : { cost: withClient(cost, answer) }),
    verified: "offsets of all batches follow each other",
    problems: [],
  };
}
