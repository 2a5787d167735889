import type { FlushMode } from "@millrace/model";
import type { DevCluster } from "../cluster/dev-cluster.ts";
import { kafkaLoad } from "../kafka/kafka-client.ts";
import type { Load, LoadContext, Measurement } from "../load.ts";
import { CostMeter } from "../measure/cost-meter.ts";
import { LatencyRecorder } from "../measure/latency.ts";
import { kafkaAddressOf, makeTopic, withClient } from "./kafka-throughput.ts";
import { acknowledgementOf, PARTITIONS } from "./produce.ts";

const TOPIC = "bench-kafka-latency";
const VALUE_BYTES = 100;
const WARM_UP_SECONDS = { full: 10, quick: 1 };

interface Answer {
  readonly records: number;
  readonly refused: number;
  readonly sum: string;
  readonly readRecords: number;
  readonly readSum: string;
  readonly disordered: number;
  readonly cpuSeconds: number;
  readonly acknowledgedUs: readonly number[];
  readonly deliveredUs: readonly number[];
}

/** End to end through the Kafka listener at a fixed rate, open loop, without linger: producer and consumer are one librdkafka process each, with one clock. */
export function kafkaLatencyLoad({ rate, flush }: { readonly rate: number; readonly flush: FlushMode }): Load {
  const name = `kafka-latency-${rate}-${flush}`;
  return {
    name,
    isKafka: true,
    about: `due time to delivery through Kafka's protocol at ${rate}/s without linger, flush=${flush}`,
    run: async (context) => {
      const cluster = await context.startCluster();
      try {
        return [await measure(name, { rate, flush }, { context, cluster })];
      } finally {
        await cluster.stop();
      }
    },
  };
}

async function measure(
  name: string,
  { rate, flush }: { rate: number; flush: FlushMode },
  { context, cluster }: { context: LoadContext; cluster: DevCluster },
): Promise<Measurement> {
  const seconds = context.seconds({ full: 20, quick: 3 });
  const warmUpSeconds = context.quick ? WARM_UP_SECONDS.quick : WARM_UP_SECONDS.full;
  await makeTopic(cluster, flush, { topic: TOPIC });
  context.progress(`${name}: ${warmUpSeconds} s warm-up, then ${seconds} s`);
  const meters: CostMeter[] = [];
  const args = ["latency", kafkaAddressOf(cluster), TOPIC, PARTITIONS, VALUE_BYTES, rate, warmUpSeconds, seconds];
  const answer = (await kafkaLoad(args, (line) => {
    if (line === "timed") meters.push(new CostMeter(cluster.pid));
  })) as Answer;
  const cost = meters[0]?.stop();
  const total = rate * (warmUpSeconds + seconds);
  return {
    name,
    settings: {
      rate,
      valueBytes: VALUE_BYTES,
      partitions: PARTITIONS,
      flush: cluster.isForeign ? "as the server has it" : flush,
      acks: "all",
      linger: "0 ms",
      warmUpSeconds,
      seconds,
    },
    acknowledgement: cluster.isForeign ? "acks=all, one replica: as the server is configured" : acknowledgementOf(flush),
    records: rate * seconds,
    payloadBytes: rate * seconds * VALUE_BYTES,
    seconds,
    latency: recorderOf(answer.deliveredUs).summary("due to delivered, open loop"),
    // The client's time is that of the warm-up too: it is one process.
    ...(cost === undefined ? {} : { cost: withClient(cost, answer) }),
    extra: publishFigures(answer.acknowledgedUs),
    verified: `${total.toLocaleString("en")} numbered records delivered once and in order, checksums of all values equal`,
    problems: problemsOf(answer, total),
  };
}

function problemsOf({ records, refused, sum, readRecords, readSum, disordered }: Answer, total: number): string[] {
  return [
    ...(refused > 0 ? [`${refused} records were refused`] : []),
    ...(records === total && readRecords === total ? [] : [`${total} records sent, ${records} acknowledged, ${readRecords} delivered`]),
    ...(disordered > 0 ? [`${disordered} records out of order or twice`] : []),
    ...(sum === readSum ? [] : ["what was delivered has another checksum than what was acknowledged"]),
  ];
}

function recorderOf(micros: readonly number[]): LatencyRecorder {
  const recorder = new LatencyRecorder();
  for (const us of micros) recorder.record(us / 1_000);
  return recorder;
}

function publishFigures(micros: readonly number[]): Record<string, number> {
  const { p50Ms, p99Ms } = recorderOf(micros).summary("due to acknowledged");
  return { ...(p50Ms === undefined ? {} : { publishP50Ms: p50Ms }), ...(p99Ms === undefined ? {} : { publishP99Ms: p99Ms }) };
}
