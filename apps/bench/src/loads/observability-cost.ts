import { createServedTopic } from "../cluster/create-topic.ts";
import type { Load, LoadContext, Measurement } from "../load.ts";
import { CostMeter } from "../measure/cost-meter.ts";
import { costOf, isBelow, type RoundCost } from "../observability/cost-of.ts";
import { type Collector, type ObservedCluster, startCollector, startObserved } from "../observability/observed-cluster.ts";
import { COST_GOALS, type CostGoal, type Variant, VARIANTS } from "../observability/variants.ts";
import { readFlights } from "../payload/flights.ts";
import { NumberedValues } from "../payload/numbered-values.ts";
import { problemsOfRun, runBoundedJob } from "./bounded-job.ts";
import { PARTITIONS } from "./produce.ts";

const TOPIC = "bench";
const FLIGHTS = "bench-flights";
const VALUE_BYTES = 100;
const SENDS_PER_TURN = 500;
/** Processes differ by how they were compiled: each generation has new ones. */
const GENERATIONS = { full: 2, quick: 1 };
/** Of one generation; the first is not counted, for the compiler. */
const ROUNDS = { full: 5, quick: 2 };
const JOB_RECORDS = { full: 200_000, quick: 100_000 };

type Figures = Record<Part, RoundCost>;
type Part = "produce" | "job";
type Round = Readonly<Record<Variant, Figures>>;

/** What counting metrics and following one record in a hundred cost, side by side on clusters that live at the same time. */
export function observabilityCostLoad(): Load {
  return {
    name: "observability-cost",
    about:
      "CPU time per record without metrics, with them, and with traces of one record in a hundred, in turn: by the client library, and through a job",
    run: async (context) => {
      const collector = await startCollector();
      const rounds: Round[] = [];
      const problems: string[] = [];
      try {
        const generations = context.quick ? GENERATIONS.quick : GENERATIONS.full;
        for (let generation = 0; generation < generations; generation++) {
          context.progress(`observability-cost: generation ${generation + 1} of ${generations}`);
          rounds.push(...(await runGeneration({ context, collector, problems })));
        }
      } finally {
        await collector.stop();
      }
      return COST_GOALS.flatMap((goal) => (["produce", "job"] as const).map((part) => measurementOf(goal, { part, rounds, problems })));
    },
  };
}

interface Generation {
  readonly context: LoadContext;
  readonly collector: Collector;
  readonly problems: string[];
}

async function runGeneration({ context, collector, problems }: Generation): Promise<readonly Round[]> {
  const clusters: ObservedCluster[] = [];
  try {
    for (const variant of VARIANTS) clusters.push(await startObserved(variant, context, collector));
    for (const { connection } of clusters) await sendFlights(connection.client, context.quick ? JOB_RECORDS.quick : JOB_RECORDS.full);
    const rounds: Round[] = [];
    for (let round = 0; round < (context.quick ? ROUNDS.quick : ROUNDS.full); round++) {
      const figures = new Map<Variant, Figures>();
      const order = round % 2 === 0 ? clusters : [...clusters].reverse(); // what grows with time shall favour none
      const produced = new Map<Variant, RoundCost>();
      for (const observed of order) produced.set(observed.variant, await produce(observed, context, problems));
      for (const observed of order)
        figures.set(observed.variant, {
          produce: required(produced.get(observed.variant)),
          job: await runJob(observed, context, problems),
        });
      const all = {
        nothing: required(figures.get("nothing")),
        metrics: required(figures.get("metrics")),
        traces: required(figures.get("traces")),
      };
      context.progress(`observability-cost: round ${round + 1}, CPU ns per record: ${wordsOf(all)}`);
      if (round > 0) rounds.push(all);
    }
    return rounds;
  } finally {
    for (const cluster of clusters) await cluster.stop();
  }
}

/** Records of the client library for some seconds. */
async function produce({ cluster, connection: { client } }: ObservedCluster, context: LoadContext, problems: string[]): Promise<RoundCost> {
  const seconds = context.seconds({ full: 4, quick: 2 });
  await createServedTopic(client, { name: TOPIC, partitions: PARTITIONS, configs: { flush: "interval" } });
  const producer = client.producer({ acks: "all", idempotent: true, lingerMs: 5, batchBytes: 65_536 });
  await producer.open([TOPIC]);
  const values = new NumberedValues(VALUE_BYTES);
  const meter = new CostMeter(cluster.pid);
  const startMs = performance.now();
  let sent = 0;
  while (performance.now() - startMs < seconds * 1_000) {
    for (let index = 0; index < SENDS_PER_TURN; index++) if (!producer.send(TOPIC, { value: values.at(sent++) })) await producer.ready();
    await new Promise((resolve) => setImmediate(resolve)); // Let batches leave and answers come in.
  }
  await producer.flush().catch((error: unknown) => problems.push(`records were refused: ${String(error)}`));
  const elapsed = (performance.now() - startMs) / 1_000;
  const { serverCpuSeconds, clientCpuSeconds } = meter.stop();
  await producer.close();
  return { cpuSecondsPerRecord: (serverCpuSeconds + clientCpuSeconds) / sent, recordsPerSecond: sent / elapsed };
}

/** The flights through hourly windows; only the servers' time. */
async function runJob({ cluster, connection: { client } }: ObservedCluster, context: LoadContext, problems: string[]): Promise<RoundCost> {
  const records = context.quick ? JOB_RECORDS.quick : JOB_RECORDS.full;
  let meter: CostMeter | undefined;
  const run = await runBoundedJob(client, {
    address: cluster.brokerAddress,
    module: "hourly-flights.ts",
    onRunning: () => (meter = new CostMeter(cluster.pid)),
  });
  const cost = required(meter).stop();
  problems.push(...problemsOfRun(run, records));
  return { cpuSecondsPerRecord: cost.serverCpuSeconds / records, recordsPerSecond: records / run.processingSeconds };
}

async function sendFlights(client: ObservedCluster["connection"]["client"], count: number): Promise<void> {
  for (const name of [FLIGHTS, "bench-hourly"]) await createServedTopic(client, { name, partitions: PARTITIONS });
  const encoder = new TextEncoder();
  const producer = client.producer({ acks: "all", idempotent: true, lingerMs: 5 });
  await producer.open([FLIGHTS]);
  for await (const flights of readFlights(count)) {
    for (const { origin, json, dateMs } of flights) {
      const record = { key: encoder.encode(origin), value: encoder.encode(json), timestampMs: dateMs };
      if (!producer.send(FLIGHTS, record)) await producer.ready();
    }
  }
  await producer.close();
}

function measurementOf(
  goal: CostGoal,
  { part, rounds, problems }: { readonly part: Part; readonly rounds: readonly Round[]; readonly problems: readonly string[] },
): Measurement {
  const cost = costOf(rounds.map((round) => ({ without: round[goal.from][part], with: round[goal.to][part] })));
  const [least, greatest] = cost.cpuBetween;
  return {
    name: `observability-cost-${goal.what}-${part}`,
    settings: {
      from: goal.from,
      to: goal.to,
      rounds: rounds.length,
      sampled: goal.what === "traces" ? "1 %" : "none",
      scrapedEverySeconds: 5,
    },
    extra: { cpuPercent: cost.cpu, cpuPercentLeast: least, cpuPercentGreatest: greatest, throughputPercent: cost.throughput },
    verified: part === "job" ? "each record was read once" : "as many records acknowledged as sent",
    problems,
    floor: {
      text: `${goal.what} cost less than ${goal.below} % of the CPU time of a record (${part})`,
      isReached: isBelow(cost, goal.below),
    },
  };
}

function wordsOf(round: Round): string {
  const nsOf = (variant: Variant, part: Part): number => Math.round(round[variant][part].cpuSecondsPerRecord * 1e9);
  return VARIANTS.map((variant) => `${variant} ${nsOf(variant, "produce")} (job ${nsOf(variant, "job")})`).join(", ");
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a figure is missing");
  return value;
}
