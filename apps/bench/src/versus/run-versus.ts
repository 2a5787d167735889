import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { formatError } from "@millrace/service-kit";
import type { DevCluster } from "../cluster/dev-cluster.ts";
import type { Load, LoadContext, Measurement } from "../load.ts";
import type { HostFacts } from "../measure/host.ts";
import { evenGround, type EvenGroundOptions } from "../measure/even-ground.ts";
import type { PageCache } from "../measure/page-cache.ts";
import type { BenchOptions } from "../options.ts";
import { ratioPlot } from "../plot/ratio-plot.ts";
import { mergedRatios, type Ratio, ratiosOf, type Round } from "./ratios.ts";
import { versusMarkdown, versusTable } from "./report-versus.ts";
import { type Row, ROWS } from "./rows.ts";

const DOCS = fileURLToPath(new URL("../../../../docs/side-by-side.md", import.meta.url));
const PLOT = DOCS.replace(/\.md$/, ".svg");

interface Side {
  readonly name: string;
  readonly loads: readonly Load[];
  readonly startCluster: LoadContext["startCluster"];
  /** Undefined: it cannot be started from here. */
  readonly startFresh: LoadContext["startCluster"] | undefined;
  /** What lasts from load to load, of both sides. */
  readonly ground: Pick<EvenGroundOptions, "pageCache" | "servers">;
}

export interface VersusRun {
  readonly options: BenchOptions;
  readonly loads: readonly Load[];
  readonly host: HostFacts;
  readonly command: string;
  /** The server to compare with, and what it is. */
  readonly other: {
    readonly cluster: DevCluster;
    readonly name: string;
    /** Starts another one of it, on a store of its own; absent: the server that runs is all there is. */
    readonly startFresh?: LoadContext["startCluster"];
  };
  /** Undefined: the disk is memory. */
  readonly pageCache: PageCache | undefined;
  /** Starts one of ours, fresh. */
  readonly startOurs: LoadContext["startCluster"];
}

/** The same loads on a fresh cluster of ours and on a server that runs, taking turns; prints ratios. Exit code: 1 if a run went wrong; a goal that is not reached is a figure. */
export async function runVersus({ options, loads, host, command, other, pageCache, startOurs }: VersusRun): Promise<number> {
  const starting = loads.filter((load) => load.needsFresh === true && other.startFresh === undefined).map(({ name }) => name);
  const rows = ROWS.filter(
    ({ id, ours }) =>
      !starting.includes(ours[0]) && (options.only.length === 0 || options.only.some((part) => id === part || ours[0].includes(part))),
  );
  const named = (which: (row: Row) => string): readonly Load[] => loads.filter(({ name }) => rows.some((row) => which(row) === name));
  const foreign = (): Promise<DevCluster> => Promise.resolve({ ...other.cluster, stop: () => Promise.resolve() });
  const ground = { pageCache, ...(other.cluster.kafkaAddress === undefined ? {} : { servers: other.cluster.kafkaAddress }) };
  const theirs: Side = { ground, name: "other", loads: named((row) => row.theirs[0]), startCluster: foreign, startFresh: other.startFresh };
  const ours: Side = { ground, name: "millrace", loads: named((row) => row.ours[0]), startCluster: startOurs, startFresh: startOurs };
  const startedAt = new Date().toISOString();
  await warmUp(theirs, options);
  const rounds: { ours: Round; theirs: Round }[] = [];
  const problems: string[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    const measured = { ours: new Map<string, Measurement>(), theirs: new Map<string, Measurement>() };
    // Load by load, so that what is compared lies close together; who begins changes with the round.
    const names = [...new Set([...theirs.loads, ...ours.loads].map(({ name }) => name))];
    for (const name of names) {
      const turns = [
        { side: theirs, into: measured.theirs },
        { side: ours, into: measured.ours },
      ];
      for (const { side, into } of round % 2 === 1 ? turns : turns.reverse()) {
        const load = side.loads.find((each) => each.name === name);
        if (load !== undefined) problems.push(...(await take(load, { side, into, round, options })));
      }
    }
    rounds.push(measured);
  }
  const ratios = mergedRatios(earlierRatios(options.addTo), ratiosOf(rows, rounds), command);
  report(ratios, { options, rounds, facts: { command, host, rounds: options.rounds, startedAt, other: other.name } });
  for (const problem of problems) process.stderr.write(`${problem}: its figures count for nothing\n`);
  return problems.length > 0 ? 1 : 0;
}

/** The server that goes on has run nothing yet, and its first load would be that of code that is not compiled: one load of it counts for nothing. */
async function warmUp(side: Side, options: BenchOptions): Promise<void> {
  const load = options.quick ? undefined : side.loads.find(({ needsFresh }) => needsFresh !== true);
  if (load === undefined) return;
  const problems = await take(load, { side, into: new Map(), round: 0, options });
  for (const problem of problems) process.stderr.write(`${problem}: the warm-up\n`);
}

/** Of an earlier run's JSON; each keeps the command that it came from. */
function earlierRatios(file: string | undefined): readonly Ratio[] {
  return file === undefined ? [] : (JSON.parse(readFileSync(file, "utf8")) as { readonly ratios: readonly Ratio[] }).ratios;
}

async function take(
  load: Load,
  of: { readonly side: Side; readonly into: Map<string, Measurement>; readonly round: number; readonly options: BenchOptions },
): Promise<readonly string[]> {
  const { side, into, round, options } = of;
  const where = `round ${round}, ${side.name}`;
  const context: LoadContext = {
    startCluster: load.needsFresh === true ? (side.startFresh ?? side.startCluster) : side.startCluster,
    seconds: ({ full, quick }) => options.seconds ?? (options.quick ? quick : full),
    quick: options.quick,
    progress: (text) => process.stderr.write(`${where}: ${text}\n`),
  };
  try {
    await evenGround({ ...side.ground, progress: context.progress });
    const measurements = await load.run(context);
    for (const measurement of measurements) into.set(measurement.name, measurement);
    return measurements.flatMap(({ name, problems }) => problems.map((problem) => `${where}, ${name}: ${problem}`));
  } catch (error) {
    return [`${where}, ${load.name}: ${formatError(error)}`];
  }
}

function report(
  ratios: readonly Ratio[],
  {
    options,
    rounds,
    facts,
  }: {
    readonly options: BenchOptions;
    readonly rounds: readonly { ours: Round; theirs: Round }[];
    readonly facts: Parameters<typeof versusMarkdown>[1];
  },
): void {
  const record = {
    formatVersion: 1,
    ...facts,
    ratios,
    taken: rounds.map(({ ours, theirs }) => ({ ours: [...ours.values()], theirs: [...theirs.values()] })),
  };
  const json = `${JSON.stringify(record, undefined, 2)}\n`;
  if (options.jsonPath === "-") process.stdout.write(json);
  else process.stdout.write(`${versusTable(ratios)}\n`);
  if (options.jsonPath !== undefined && options.jsonPath !== "-") writeFileSync(options.jsonPath, json);
  if (!options.writeDocs) return;
  writeFileSync(DOCS, versusMarkdown(ratios, facts));
  writeFileSync(PLOT, ratioPlot(ratios, `Millrace over ${facts.other.split(",")[0] ?? ""}`));
}
