import { AppError } from "@millrace/model";
import { JobState } from "@millrace/contracts";
import { COPY_INPUT, COPY_OUTPUT } from "../../jobs/copy/copy-job.ts";
import { type Connection, connect } from "../cluster/connection.ts";
import { createServedTopic } from "../cluster/create-topic.ts";
import type { DevCluster } from "../cluster/dev-cluster.ts";
import type { Load, LoadContext, Measurement } from "../load.ts";
import { CostMeter } from "../measure/cost-meter.ts";
import { LatencyRecorder } from "../measure/latency.ts";
import { histogramQuantileMs } from "../measure/scraped-histogram.ts";
import { NumberSet } from "../verify/number-set.ts";
import { submitJob } from "./bounded-job.ts";
import { PARTITIONS } from "./produce.ts";
import { collect, sendOnTime } from "./timed-records.ts";

interface Copy {
  readonly latency: "batch" | "continuous";
  readonly intervalMs: 10 | 50 | 100;
  readonly rate: number;
  /** committed: exactly once. uncommitted: what a reader sees who takes a repetition after a crash into account (at least once). */
  readonly isolation: "committed" | "uncommitted";
}

const VALUE_BYTES = 100;
const IDLE_SECONDS = { full: 20, quick: 1 };

/** From the moment a record was due at the producer, through a job that copies it, to its delivery to a consumer of the output. */
export function copyLatencyLoad(copy: Copy): Load {
  const name = `copy-${copy.latency}-${copy.intervalMs}-${copy.rate}-${copy.isolation}`;
  return {
    name,
    isVariant: copy.latency === "batch" && copy.intervalMs > 10,
    about: `due time to delivery through a copying job, ${copy.latency} of ${copy.intervalMs} ms, ${copy.rate}/s, read ${copy.isolation}`,
    run: async (context) => {
      const cluster = await context.startCluster();
      const [producerSide, consumerSide] = [connect(cluster.brokerAddress), connect(cluster.brokerAddress)];
      try {
        for (const topic of [COPY_INPUT, COPY_OUTPUT])
          await createServedTopic(producerSide.client, { name: topic, partitions: PARTITIONS, configs: { flush: "interval" } });
        const idleBefore = await idleCores(cluster, context);
        await startJob(cluster, producerSide, copy);
        const idleWith = await idleCores(cluster, context);
        const measured = await measure(name, copy, { context, cluster, producerSide, consumerSide });
        return [{ ...measured, extra: { ...measured.extra, idleCores: idleWith, idleCoresOfJob: Math.max(0, idleWith - idleBefore) } }];
      } finally {
        await producerSide.close();
        await consumerSide.close();
        await cluster.stop();
      }
    },
  };
}

async function startJob(cluster: DevCluster, { client }: Connection, { latency, intervalMs }: Copy): Promise<void> {
  const jobId = await submitJob({ address: cluster.brokerAddress, module: `copy/${latency}-${intervalMs}.ts` });
  for await (const { state } of client.admin().watchJob(jobId)) if (state === JobState.RUNNING) return;
  throw new AppError({ kind: "unavailable", code: "job-lost", message: "the copying job did not start" });
}

/** Cores that the cluster takes while nothing comes. */
async function idleCores({ pid }: DevCluster, context: LoadContext): Promise<number> {
  const seconds = context.quick ? IDLE_SECONDS.quick : IDLE_SECONDS.full;
  await new Promise((resolve) => setTimeout(resolve, 1_000)); // what the start left behind
  const meter = new CostMeter(pid);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  return meter.stop().serverCpuSeconds / seconds;
}

interface Sides {
  readonly context: LoadContext;
  readonly cluster: DevCluster;
  readonly producerSide: Connection;
  readonly consumerSide: Connection;
}

async function measure(name: string, { latency, intervalMs, rate, isolation }: Copy, sides: Sides): Promise<Measurement> {
  const { context, cluster, producerSide, consumerSide } = sides;
  const seconds = context.seconds({ full: 30, quick: 2 });
  const warmUpSeconds = context.quick ? 1 : 15;
  context.progress(`${name}: ${warmUpSeconds} s warm-up, then ${seconds} s`);
  const [total, firstTimed] = [rate * (warmUpSeconds + seconds), rate * warmUpSeconds];
  const delivered = new LatencyRecorder();
  const numbers = new NumberSet(total);
  const collected = collect(consumerSide.client, { topic: COPY_OUTPUT, isolation, total, firstTimed, delivered, numbers });
  const meters: CostMeter[] = [];
  const onTimed = (): number => meters.push(new CostMeter(cluster.pid));
  const sending = { topic: COPY_INPUT, ratePerSecond: rate, valueBytes: VALUE_BYTES, total, firstTimed, onTimed };
  const problems = await sendOnTime(producerSide.client, sending);
  await collected;
  const cost = meters[0]?.stop();
  problems.push(...numbers.problems("records"));
  const planMs = await planningMs(cluster);
  return {
    name,
    settings: {
      rate,
      valueBytes: VALUE_BYTES,
      partitions: PARTITIONS,
      latency,
      intervalMs,
      read: isolation,
      flush: "interval",
      warmUpSeconds,
      seconds,
    },
    acknowledgement:
      "output and progress committed in one transaction per batch; topics written as Kafka's are, without a sync before the answer",
    records: total - firstTimed,
    seconds,
    latency: delivered.summary("due to delivered by the job's output, open loop"),
    ...(cost === undefined ? {} : { cost }),
    extra: planMs === undefined ? {} : { planMedianMs: planMs },
    verified: `each of ${total.toLocaleString("en")} numbered records delivered once`,
    problems,
  };
}

/** Median time that planning and recording a batch took, from the cluster's own histogram. */
async function planningMs({ metricsUrl }: DevCluster): Promise<number | undefined> {
  if (metricsUrl === undefined) return undefined;
  const text = await (await fetch(metricsUrl)).text();
  return histogramQuantileMs(text, { name: "millrace_job_batch_stage_seconds", label: 'stage="plan"', quantile: 0.5 });
}
