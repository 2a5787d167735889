import { kafkaLoad } from "../kafka/kafka-client.ts";
import type { Load, LoadContext, Measurement } from "../load.ts";
import { CostMeter } from "../measure/cost-meter.ts";
import { kafkaAddressOf } from "./kafka-throughput.ts";

const TOPICS = { full: 1_000, quick: 100 };

interface Answer {
  readonly makeSeconds: number;
  readonly writeSeconds: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly readBack: number;
}

/** Many topics made by one call, and a record into each from one client. */
export function kafkaTopicsLoad(): Load {
  return {
    name: "kafka-topics",
    isKafka: true,
    about: `${TOPICS.full} topics of one partition, one record into each from one librdkafka client`,
    run: async (context) => [await measure(context)],
  };
}

async function measure(context: LoadContext): Promise<Measurement> {
  const count = context.quick ? TOPICS.quick : TOPICS.full;
  const cluster = await context.startCluster();
  try {
    context.progress(`kafka-topics: ${count} topics`);
    const meter = new CostMeter(cluster.pid);
    let cost: ReturnType<CostMeter["stop"]> | undefined;
    const args = ["many", kafkaAddressOf(cluster), "bench-many", count];
    const answer = (await kafkaLoad(args, (line) => (line === "written" ? (cost = meter.stop()) : undefined), "kafka-topics")) as Answer;
    const { makeSeconds, writeSeconds, acknowledged, refused, readBack } = answer;
    const right = acknowledged === count && readBack === count && refused === 0;
    return {
      name: "kafka-topics",
      settings: { topics: count, partitions: 1, valueBytes: 100, client: "librdkafka, linger 0" },
      acknowledgement: "acks=all, one replica, topic settings as the server has them",
      records: count,
      seconds: writeSeconds,
      ...(cost === undefined ? {} : { cost }),
      extra: { makeSeconds, writeSeconds, makeAndWriteSeconds: makeSeconds + writeSeconds },
      verified: "each topic gave back its own record",
      problems: right
        ? []
        : [`${count} records sent, ${acknowledged} acknowledged, ${refused} refused, ${readBack} read from the right topic`],
    };
  } finally {
    await cluster.stop();
  }
}
