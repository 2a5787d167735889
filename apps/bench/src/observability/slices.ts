import { treeCpuNs } from "../measure/cpu-time.ts";
import { submitJob } from "../loads/bounded-job.ts";
import { medianOf } from "../versus/ratios.ts";
import type { SliceCost } from "./cost-of.ts";
import { JobProgress } from "./job-progress.ts";
import type { ObservedCluster } from "./observed-cluster.ts";
import { turnsOf, type Variant, VARIANTS } from "./variants.ts";

/**
 * A second or so: few enough that what happens on the machine meanwhile meets all variants, and enough that a traced slice does not begin more traces than the bound of a
 * second lets it, nor sends them more often than by far.
 */
const SLICE_RECORDS = { produce: 1_200_000, job: 240_000 };
/** Not counted, for the compiler. */
const WARM_UPS = { full: 3, quick: 1 };
/** As many as there is time for: the whole takes seven minutes at most, however slow the machine is. */
const SECONDS = { full: 90, quick: 20 };
const SLICES_MAX = 100;
const SCRAPE_SECONDS = 5;

/** What the same records cost with each variant, one after the other. */
export type Slice = Readonly<Record<Variant, SliceCost>>;

/** What is done in a slice, and what it has spent on that so far. */
interface Work {
  readonly records: number;
  prepare(): Promise<void>;
  run(): Promise<void>;
  cpuNs(): number;
}

/** Records of the client library: servers and client. */
export function measureProduce(cluster: ObservedCluster, isQuick: boolean): Promise<readonly Slice[]> {
  const { sender } = cluster;
  return inTurn(
    cluster,
    {
      records: SLICE_RECORDS.produce,
      prepare: () => Promise.resolve(),
      run: () => sender.ask({ kind: "numbers", count: SLICE_RECORDS.produce }),
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
    records: SLICE_RECORDS.job,
    prepare: () => sender.ask({ kind: "prepare-flights", count: SLICE_RECORDS.job }),
    run: async () => {
      await sender.ask({ kind: "send-flights" });
      await progress.hasRead((sent += SLICE_RECORDS.job));
    },
    cpuNs: () => cluster.serverCpuNs(),
  };
  try {
    return await inTurn(cluster, work, isQuick);
  } finally {
    progress.stop();
  }
}

async function inTurn(cluster: ObservedCluster, work: Work, isQuick: boolean): Promise<readonly Slice[]> {
  const [warmUps, seconds] = isQuick ? [WARM_UPS.quick, SECONDS.quick] : [WARM_UPS.full, SECONDS.full];
  const endMs = performance.now() + seconds * 1_000;
  const slices: Slice[] = [];
  for (let index = 0; slices.length === 0 || (slices.length < SLICES_MAX && performance.now() < endMs); index++) {
    const costs = new Map<Variant, SliceCost>();
    for (const variant of turnsOf(VARIANTS, index)) costs.set(variant, await sliceOf(cluster, variant, work));
    if (index >= warmUps) slices.push(allOf(costs));
  }
  const scrapeNs = await cluster.scrapeCpuNs();
  return slices.map(({ nothing, metrics, traces }) => ({
    nothing,
    metrics: withScrapes(metrics, scrapeNs),
    traces: withScrapes(traces, scrapeNs),
  }));
}

async function sliceOf({ switches }: ObservedCluster, variant: Variant, work: Work): Promise<SliceCost> {
  await work.prepare();
  await switches.turnTo(variant);
  const [startNs, startMs] = [work.cpuNs(), performance.now()];
  await work.run();
  const seconds = (performance.now() - startMs) / 1_000;
  await switches.flush(); // a traced slice pays for its spans, which would be sent seconds later
  return { cpuNsPerRecord: (work.cpuNs() - startNs) / work.records, recordsPerSecond: work.records / seconds };
}

/** Scrapes are rarer than slices: each record gets its share of what one costs. */
function withScrapes({ cpuNsPerRecord, recordsPerSecond }: SliceCost, scrapeNs: number): SliceCost {
  return { cpuNsPerRecord: cpuNsPerRecord + scrapeNs / (SCRAPE_SECONDS * recordsPerSecond), recordsPerSecond };
}

function allOf(costs: ReadonlyMap<Variant, SliceCost>): Slice {
  const of = (variant: Variant): SliceCost => {
    const cost = costs.get(variant);
    if (cost === undefined) throw new Error(`a figure is missing: ${variant}`);
    return cost;
  };
  return { nothing: of("nothing"), metrics: of("metrics"), traces: of("traces") };
}

/** Medians, for the eye. */
export function wordsOf(slices: readonly Slice[]): string {
  return VARIANTS.map((variant) => {
    const of = slices.map((slice) => slice[variant]);
    const ns = Math.round(medianOf(of.map(({ cpuNsPerRecord }) => cpuNsPerRecord)));
    return `${variant} ${ns} ns, ${Math.round(medianOf(of.map(({ recordsPerSecond }) => recordsPerSecond))).toLocaleString("en")}/s`;
  }).join("; ");
}
