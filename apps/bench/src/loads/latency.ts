import type { FlushMode } from "@millrace/model";
import { type Connection, connect } from "../cluster/connection.ts";
import { createServedTopic } from "../cluster/create-topic.ts";
import type { Load, Measurement } from "../load.ts";
import { CostMeter } from "../measure/cost-meter.ts";
import { LatencyRecorder } from "../measure/latency.ts";
import { NumberSet } from "../verify/number-set.ts";
import { acknowledgementOf, PARTITIONS } from "./produce.ts";
import { collect, sendOnTime } from "./timed-records.ts";

const TOPIC = "bench";
const RATE_PER_SECOND = 1_000;
const VALUE_BYTES = 100;
/** Both sides are compiled and connected after this; its records are delivered and checked, but not timed. */
const WARM_UP_SECONDS = { full: 20, quick: 2 };
const FLOOR_P99_MS = 10;

/**
 * End to end at a fixed rate, open loop: record k is due at start + k / rate, whatever happened before, and its latency counts from then to its delivery
 * to a consumer, also when it was sent late.
 */
export function latencyLoad({ flush }: { readonly flush: FlushMode }): Load {
  const name = `latency-${flush}`;
  return {
    name,
    about: `due time to delivery at ${RATE_PER_SECOND}/s, flush=${flush}`,
    run: async (context) => {
      const cluster = await context.startCluster();
      const producerSide = connect(cluster.brokerAddress);
      const consumerSide = connect(cluster.brokerAddress);
      try {
        await createServedTopic(producerSide.client, { name: TOPIC, partitions: PARTITIONS, configs: { flush } });
        const seconds = context.seconds({ full: 101, quick: 4 });
        const warmUpSeconds = context.seconds(WARM_UP_SECONDS) === seconds ? WARM_UP_SECONDS.quick : context.seconds(WARM_UP_SECONDS);
        context.progress(`${name}: ${warmUpSeconds} s warm-up, then ${seconds} s`);
        return await measure(name, { flush, seconds, warmUpSeconds }, { producerSide, consumerSide, pid: cluster.pid });
      } finally {
        await producerSide.close();
        await consumerSide.close();
        await cluster.stop();
      }
    },
  };
}

interface Sides {
  readonly producerSide: Connection;
  readonly consumerSide: Connection;
  readonly pid: number;
}

async function measure(
  name: string,
  options: { readonly flush: FlushMode; readonly seconds: number; readonly warmUpSeconds: number },
  { producerSide, consumerSide, pid }: Sides,
): Promise<readonly Measurement[]> {
  const { flush, seconds, warmUpSeconds } = options;
  const total = RATE_PER_SECOND * (warmUpSeconds + seconds);
  const firstTimed = RATE_PER_SECOND * warmUpSeconds;
  const delivered = new LatencyRecorder();
  const acknowledged = new LatencyRecorder();
  const numbers = new NumberSet(total);
  const collected = collect(consumerSide.client, { topic: TOPIC, isolation: "uncommitted", total, firstTimed, delivered, numbers });
  const meters: CostMeter[] = [];
  const problems = await sendOnTime(producerSide.client, {
    topic: TOPIC,
    ratePerSecond: RATE_PER_SECOND,
    valueBytes: VALUE_BYTES,
    total,
    firstTimed,
    acknowledged,
    onTimed: () => meters.push(new CostMeter(pid)),
  });
  await collected;
  const cost = meters[0]?.stop();
  problems.push(...numbers.problems("records"));
  const latency = delivered.summary("due to delivered, open loop");
  return [
    {
      name,
      settings: {
        rate: RATE_PER_SECOND,
        valueBytes: VALUE_BYTES,
        partitions: PARTITIONS,
        flush,
        acks: "all",
        linger: "0 ms",
        warmUpSeconds,
        seconds,
      },
      acknowledgement: acknowledgementOf(flush),
      records: total - firstTimed,
      payloadBytes: (total - firstTimed) * VALUE_BYTES,
      seconds,
      latency,
      ...(cost === undefined ? {} : { cost }),
      extra: publishFigures(acknowledged),
      verified: `each of ${total.toLocaleString("en")} numbered records delivered once`,
      problems,
      ...(flush === "interval"
        ? {
            floor: {
              text: `p99 under ${FLOOR_P99_MS} ms at 1,000/s with flush=interval`,
              isReached: latency.p99Ms === undefined ? undefined : latency.p99Ms < FLOOR_P99_MS,
            },
          }
        : {}),
    },
  ];
}

/** From due to acknowledged. */
function publishFigures(acknowledged: LatencyRecorder): Record<string, number> {
  const { p50Ms, p99Ms, p999Ms } = acknowledged.summary("due to acknowledged");
  return {
    ...(p50Ms === undefined ? {} : { publishP50Ms: p50Ms }),
    ...(p99Ms === undefined ? {} : { publishP99Ms: p99Ms }),
    ...(p999Ms === undefined ? {} : { publishP999Ms: p999Ms }),
  };
}
