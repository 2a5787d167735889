import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { formatError } from "@millrace/service-kit";
import type { LoadContext } from "../load.ts";
import { evenGround } from "../measure/even-ground.ts";
import type { HostFacts } from "../measure/host.ts";
import type { PageCache } from "../measure/page-cache.ts";
import type { BenchOptions } from "../options.ts";
import { medianOf } from "../versus/ratios.ts";
import { BROKER_CURVES } from "./broker-curves.ts";
import { type Curve, type CurvePoint, fittedSeries, type Taken } from "./curve.ts";
import { JOB_CURVES } from "./job-curves.ts";
import { scaleMarkdown, scalePlot, scaleTable, withSection } from "./scale-page.ts";
import { STATE_CURVES } from "./state-curves.ts";

const DOCS = fileURLToPath(new URL("../../../../docs/scale.md", import.meta.url));
const PLOT = fileURLToPath(new URL("../../../../docs/scale-cost.svg", import.meta.url));
const CURVES: readonly Curve[] = [...BROKER_CURVES, ...STATE_CURVES, ...JOB_CURVES];

export interface ScaleRun {
  readonly options: BenchOptions;
  readonly host: HostFacts;
  readonly command: string;
  readonly pageCache: PageCache | undefined;
  readonly startOurs: LoadContext["startCluster"];
}

/** Measures every curve, its points in turn in each round, and fits its model. Exit code: 1 if a run went wrong. */
export async function runScale(run: ScaleRun): Promise<number> {
  const { options } = run;
  const curves = CURVES.filter(({ name }) => options.only.length === 0 || options.only.includes(name));
  if (curves.length === 0) {
    process.stderr.write(`error: --scale knows ${CURVES.map(({ name }) => name).join(", ")} (--only)\n`);
    return 2;
  }
  const taken: Taken[] = [];
  for (const curve of curves)
    for (let round = 1; round <= options.rounds; round++) {
      const points = options.quick ? curve.points.quick : curve.points.full;
      for (const x of round % 2 === 1 ? points : points.toReversed()) taken.push(await take(curve, { x, round, run }));
    }
  return report(run, taken);
}

async function take(
  curve: Curve,
  { x, round, run }: { readonly x: number; readonly round: number; readonly run: ScaleRun },
): Promise<Taken> {
  const { options, pageCache, startOurs } = run;
  const progress = (text: string): void => void process.stderr.write(`${curve.name} ${x}, round ${round}: ${text}\n`);
  const context: LoadContext = {
    startCluster: startOurs,
    seconds: ({ quick }) => options.seconds ?? (options.quick ? quick : SECONDS),
    quick: options.quick,
    progress,
  };
  const point = await evenGround({ pageCache, progress })
    .then(() => curve.measure(x, context))
    .catch((error: unknown): CurvePoint => ({ values: {}, problems: [formatError(error)] }));
  for (const problem of point.problems) progress(`${problem}: its figures count for nothing`);
  return { ...point, curve: curve.name, x, round };
}

/** A point of a curve needs less than a figure that is quoted by itself. */
const SECONDS = 10;

interface ScaleRecord {
  readonly formatVersion: 1;
  readonly command: string;
  readonly host: HostFacts;
  readonly rounds: number;
  readonly taken: readonly Taken[];
}

function report({ options, host, command }: ScaleRun, latest: readonly Taken[]): number {
  const again = new Set(latest.map(({ curve }) => curve));
  const earlier = options.addTo === undefined ? undefined : (JSON.parse(readFileSync(options.addTo, "utf8")) as ScaleRecord);
  const taken = [...(earlier?.taken ?? []).filter(({ curve }) => !again.has(curve)), ...latest];
  const record: ScaleRecord = { formatVersion: 1, command, host, rounds: options.rounds, taken };
  const fitted = CURVES.map((curve) => ({ curve, all: fittedSeries(curve, taken, medianOf) })).filter(({ all }) => all.length > 0);
  const json = `${JSON.stringify(record, undefined, 2)}\n`;
  if (options.jsonPath === "-") process.stdout.write(json);
  else process.stdout.write(`${scaleTable(fitted)}\n`);
  if (options.jsonPath !== undefined && options.jsonPath !== "-") writeFileSync(options.jsonPath, json);
  if (options.writeDocs) {
    writeFileSync(DOCS, withSection(readFileSync(DOCS, "utf8"), scaleMarkdown(fitted, { ...record, isQuick: options.quick })));
    writeFileSync(PLOT, scalePlot(fitted));
  }
  return latest.some(({ problems }) => problems.length > 0) ? 1 : 0;
}
