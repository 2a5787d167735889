import { kafkaLoad } from "../kafka/kafka-client.ts";
import type { Load, LoadContext, Measurement } from "../load.ts";
import { CostMeter } from "../measure/cost-meter.ts";
import { medianOf } from "../versus/ratios.ts";
import { kafkaAddressOf } from "./kafka-throughput.ts";

const STARTS = { full: 3, quick: 1 };
const SETTLE_MS = { full: 5_000, quick: 1_000 };
const IDLE_MS = { full: 20_000, quick: 3_000 };

/** A server on a fresh store, from the start of its process until a client that has just connected has a record acknowledged; then what it takes while nobody asks. */
export function kafkaStartLoad(): Load {
  return {
    name: "kafka-start",
    isKafka: true,
    needsFresh: true,
    about: "start on an empty store to the first record of a librdkafka client, and CPU of an idle server",
    run: async (context) => [await measure(context)],
  };
}

async function measure(context: LoadContext): Promise<Measurement> {
  const seconds: number[] = [];
  let idleCores = 0;
  const starts = context.quick ? STARTS.quick : STARTS.full;
  for (let start = 1; start <= starts; start++) {
    context.progress(`kafka-start: ${start} of ${starts}`);
    const cluster = await context.startCluster();
    try {
      const readyAt = performance.now();
      await kafkaLoad(["first", kafkaAddressOf(cluster), "bench-first"], undefined, "kafka-topics");
      seconds.push((cluster.readyMs + performance.now() - readyAt) / 1_000);
      if (start === starts) idleCores = await idleCoresOf(cluster.pid, context);
    } finally {
      await cluster.stop();
    }
  }
  return {
    name: "kafka-start",
    settings: { starts, store: "empty" },
    acknowledgement: "one record, acks=all, one replica, topic settings as the server has them",
    extra: { startSeconds: medianOf(seconds), idleCores },
    verified: "the record was acknowledged",
    problems: [],
  };
}

async function idleCoresOf(pid: number, { quick }: LoadContext): Promise<number> {
  await sleep(quick ? SETTLE_MS.quick : SETTLE_MS.full); // what the start left behind
  const meter = new CostMeter(pid);
  const ms = quick ? IDLE_MS.quick : IDLE_MS.full;
  await sleep(ms);
  return meter.stop().serverCpuSeconds / (ms / 1_000);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
