import { treeCpuNs } from "../measure/cpu-time.ts";
import { submitJob } from "../loads/bounded-job.ts";
import { medianOf } from "../versus/ratios.ts";
import { costOf, isNarrow, type Pair, type SliceCost } from "./cost-of.ts";
import { JobProgress } from "./job-progress.ts";
import type { ObservedCluster } from "./observed-cluster.ts";
import { COST_GOALS, type CostGoal, turnsOf, type Variant, VARIANTS } from "./variants.ts";

/** Short, so that what happens on the machine meanwhile meets all variants alike, and that there are many; of a job a number of batches. */
const SLICE_SECONDS = { produce: 0.4, job: 1 };
/** A job is fed half of what it can do, as much for each batch: batches of one slice are like those of another, and as many. */
const JOB_SHARE = 0.5;
const JOB_BATCH_MS = 100;
/** To begin with; then what takes that long. */
const FIRST_RECORDS = { produce: 200_000, job: 40_000 };
const RECORDS_MAX = 1_000_000;
/** Not counted, for the compiler. */
const WARM_UP_SECONDS = { full: 20, quick: 5 };
/** Of each part: with what is started and warmed up, the whole takes five minutes at most, and leaves some 25 GB on the disk until its end. */
const SECONDS_MAX = { full: 120, quick: 20 };
/** Spans of so many traced slices are sent at once, which is what the exporter does by itself when there are 512: a trace or two of each 10 ms. */
const ROUNDS_PER_SETTLEMENT = 8;
/** What reads metrics does so this often, and so they go out by OTLP. */
const SCRAPE_SECONDS = 5;
const METRICS_EXPORT_SECONDS = 15;

/** What the same records cost with each variant, one after the other. */
export type Slice = Readonly<Record<Variant, SliceCost>>;

/** What is done in a slice, and what it has spent on that so far. */
interface Work {
  readonly firstRecords: number;
  /** A slice has what can be done in so many seconds. */
  readonly sliceSeconds: number;
  prepare(count: number): Promise<void>;
  /** `steady`: spread over a slice's time, where that is how it is measured; else as fast as it can. */
  run(count: number, steady: boolean): Promise<void>;
  cpuNs(): number;
}

/** Records of the client library: servers and client. */
export function measureProduce(cluster: ObservedCluster, isQuick: boolean): Promise<readonly Slice[]> {
  const { sender } = cluster;
  return inTurn(
    cluster,
    {
      firstRecords: FIRST_RECORDS.produce,
      sliceSeconds: SLICE_SECONDS.produce,
      prepare: () => Promise.resolve(),
      run: (count) => sender.ask({ kind: "numbers", count }),
      cpuNs: () => cluster.serverCpuNs() + treeCpuNs(sender.pid),
    },
    isQuick,
  );
}

/** Flights through hourly windows, from a sender that follows one in a hundred, too: the servers. */
export async function measureJob(cluster: ObservedCluster, isQuick: boolean): Promise<readonly Slice[]> {
  const { sender, brokerAddress } = cluster;
  const progress = new JobProgress(cluster.connection.client, await submitJob({ address: brokerAddress, module: "live-flights.ts" }));
  let sent = 0;
  const work: Work = {
    firstRecords: FIRST_RECORDS.job,
    sliceSeconds: SLICE_SECONDS.job * JOB_SHARE,
    prepare: (count) => sender.ask({ kind: "prepare-flights", count }),
    run: async (count, steady) => {
      const parts = steady ? Math.round((SLICE_SECONDS.job * 1_000) / JOB_BATCH_MS) : 1;
      await sender.ask({ kind: "send-flights", parts, partMs: JOB_BATCH_MS });
      await progress.hasRead((sent += count));
    },
    cpuNs: () => cluster.serverCpuNs(),
  };
  try {
    return await inTurn(cluster, work, isQuick);
  } finally {
    progress.stop();
  }
}

/** Rounds of all variants until the bounds are narrow, or the time is up. */
async function inTurn(cluster: ObservedCluster, work: Work, isQuick: boolean): Promise<readonly Slice[]> {
  const [warmUpSeconds, seconds] = isQuick ? [WARM_UP_SECONDS.quick, SECONDS_MAX.quick] : [WARM_UP_SECONDS.full, SECONDS_MAX.full];
  const records = await warmUp(cluster, work, warmUpSeconds);
  const endMs = performance.now() + seconds * 1_000;
  const slices: Slice[] = [];
  do {
    const rounds: Slice[] = [];
    while (rounds.length < ROUNDS_PER_SETTLEMENT)
      rounds.push(await roundOf(cluster, work, { index: slices.length + rounds.length, records, steady: true }));
    slices.push(...(await settled(rounds, cluster, { work, records })));
  } while (performance.now() < endMs && !COST_GOALS.every((goal) => isNarrow(costOf(pairsOf(slices, goal)), goal.below)));
  return slices;
}

export function pairsOf(slices: readonly Slice[], { from, to }: CostGoal): readonly Pair[] {
  return slices.map((slice) => ({ without: slice[from], with: slice[to] }));
}

/** How many records a slice has. */
async function warmUp(cluster: ObservedCluster, work: Work, seconds: number): Promise<number> {
  const endMs = performance.now() + seconds * 1_000;
  let records = work.firstRecords;
  for (let index = 0; index === 0 || performance.now() < endMs; index++) {
    const round = await roundOf(cluster, work, { index, records, steady: false });
    const rate = medianOf(VARIANTS.map((variant) => round[variant].recordsPerSecond));
    records = Math.min(Math.max(work.firstRecords, Math.round(rate * work.sliceSeconds)), RECORDS_MAX);
  }
  await cluster.switches.flush();
  return records;
}

interface SliceOf {
  readonly records: number;
  readonly steady: boolean;
}

async function roundOf(cluster: ObservedCluster, work: Work, of: SliceOf & { readonly index: number }): Promise<Slice> {
  const costs: Partial<Record<Variant, SliceCost>> = {};
  for (const variant of turnsOf(VARIANTS, of.index)) costs[variant] = await sliceOf(cluster, variant, { ...of, work });
  const { nothing, metrics, traces } = costs;
  if (nothing === undefined || metrics === undefined || traces === undefined) throw new Error("a variant had no turn");
  return { nothing, metrics, traces };
}

async function sliceOf(
  { switches }: ObservedCluster,
  variant: Variant,
  { work, records, steady }: SliceOf & { readonly work: Work },
): Promise<SliceCost> {
  await work.prepare(records);
  await switches.turnTo(variant);
  const [startNs, startMs] = [work.cpuNs(), performance.now()];
  await work.run(records, steady);
  const seconds = (performance.now() - startMs) / 1_000;
  return { cpuNsPerRecord: (work.cpuNs() - startNs) / records, recordsPerSecond: records / seconds };
}

/** What is done now and then is shared by the records it is for: spans are sent, metrics are sent, and their page is read. */
async function settled(
  rounds: readonly Slice[],
  { switches, scrapeCpuNs }: ObservedCluster,
  { work, records }: { readonly work: Work; readonly records: number },
): Promise<readonly Slice[]> {
  const costNs = async (run: () => Promise<void>): Promise<number> => {
    const startNs = work.cpuNs();
    await run();
    return work.cpuNs() - startNs;
  };
  const spansNs = (await costNs(() => switches.flush())) / (rounds.length * records);
  const metricsNsPerSecond =
    (await costNs(() => switches.exportMetrics())) / METRICS_EXPORT_SECONDS + (await scrapeCpuNs()) / SCRAPE_SECONDS;
  const withMore = (slice: SliceCost, moreNs: number): SliceCost => {
    return { ...slice, cpuNsPerRecord: slice.cpuNsPerRecord + metricsNsPerSecond / slice.recordsPerSecond + moreNs };
  };
  return rounds.map(({ nothing, metrics, traces }) => ({ nothing, metrics: withMore(metrics, 0), traces: withMore(traces, spansNs) }));
}

/** Medians, for the eye. */
export function wordsOf(slices: readonly Slice[]): string {
  return VARIANTS.map((variant) => {
    const of = slices.map((slice) => slice[variant]);
    const ns = Math.round(medianOf(of.map(({ cpuNsPerRecord }) => cpuNsPerRecord)));
    return `${variant} ${ns} ns, ${Math.round(medianOf(of.map(({ recordsPerSecond }) => recordsPerSecond))).toLocaleString("en")}/s`;
  }).join("; ");
}
