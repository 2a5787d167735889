import { execFile } from "node:child_process";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import colors from "picocolors";
import type { HostFacts } from "../measure/host.ts";
import type { BenchOptions } from "../options.ts";
import { type Baseline, type Compared, compared, figureOfCase, type MicroFigure } from "./baseline.ts";
import type { CaseFigures } from "./measure-case.ts";

const LIBS = fileURLToPath(new URL("../../../../libs/", import.meta.url));
const BASELINE = fileURLToPath(new URL("../../baseline.json", import.meta.url));
const MAIN = fileURLToPath(new URL("./micro-main.ts", import.meta.url));
/** Processes for each file, one after the other: what differs between them is most of the noise. */
const PROCESSES = { full: 3, quick: 1 };
const MEASURE = { full: { rounds: 5, sliceMs: 40 }, quick: { rounds: 3, sliceMs: 10 } };

/** What a process is asked for. */
export interface MicroRequest {
  readonly file: string;
  /** Parts of names; empty: all cases. */
  readonly names: readonly string[];
  readonly rounds: number;
  readonly sliceMs: number;
}

export interface MicroRun {
  readonly options: BenchOptions;
  readonly host: HostFacts;
  readonly command: string;
}

/** Every micro-benchmark of the libraries, beside the recorded baseline. Exit code: 1 if one did not run; a change is a figure. */
export async function runMicro({ options, host, command }: MicroRun): Promise<number> {
  const asked = benchFiles(options.only);
  const taken = new Map<string, CaseFigures[]>();
  for (let turn = 0; turn < PROCESSES[options.quick ? "quick" : "full"]; turn++)
    for (const { file, lib, names } of asked) {
      process.stderr.write(`${lib}/${basename(file)}\n`);
      for (const figures of await measureFile({ file, names, ...MEASURE[options.quick ? "quick" : "full"] })) {
        const name = `${lib}: ${figures.name}`;
        taken.set(name, [...(taken.get(name) ?? []), figures]);
      }
    }
  if (taken.size === 0) {
    process.stderr.write(`error: no micro-benchmark is called like that: ${options.only.join(", ")}\n`);
    return 2;
  }
  const cases = Object.fromEntries([...taken].map(([name, each]) => [name, figureOfCase(each)]));
  report({ command, host, cases, options });
  return 0;
}

/** Files of the libraries; what was asked for is a library, a file or a part of a case's name. */
function benchFiles(only: readonly string[]): { readonly file: string; readonly lib: string; readonly names: readonly string[] }[] {
  return globSync("*/bench/*.bench.ts", { cwd: LIBS })
    .sort()
    .map((path) => {
      const lib = path.split("/")[0] ?? "";
      const isWhole = only.length === 0 || only.some((part) => part === lib || basename(path).startsWith(part));
      return { file: `${LIBS}${path}`, lib, names: isWhole ? [] : only };
    });
}

async function measureFile(request: MicroRequest): Promise<CaseFigures[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, MAIN, JSON.stringify(request)]);
  return stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as CaseFigures);
}

function report({ command, host, cases, options }: MicroRun & { readonly cases: Readonly<Record<string, MicroFigure>> }): void {
  const baseline = existsSync(BASELINE) ? (JSON.parse(readFileSync(BASELINE, "utf8")) as Baseline) : undefined;
  const all = compared(cases, baseline?.cases ?? {});
  const record: Baseline = { formatVersion: 1, command, host, cases };
  if (options.jsonPath === "-") process.stdout.write(`${JSON.stringify(record, undefined, 2)}\n`);
  else process.stdout.write(`${microTable(all)}\n\n${summaryOf(all, baseline, options)}\n`);
  if (options.jsonPath !== undefined && options.jsonPath !== "-")
    writeFileSync(options.jsonPath, `${JSON.stringify(record, undefined, 2)}\n`);
  if (!options.writeBaseline) return;
  const kept = options.only.length === 0 ? {} : (baseline?.cases ?? {}); // of a part of the cases the others stay
  const sorted = Object.fromEntries(Object.entries({ ...kept, ...cases }).sort(([left], [right]) => (left < right ? -1 : 1)));
  writeFileSync(BASELINE, `${JSON.stringify({ ...record, cases: sorted }, undefined, 2)}\n`);
}

const HEADER = ["case", "M/s", "ns", "ratio", "noise", "baseline", "change"];

function microTable(all: readonly Compared[]): string {
  const rows = [
    HEADER,
    ...all.map(({ name, figure: { ratio, noise, nsPerUnit, unit }, change, factor }) => [
      `${name}, ${unit}`,
      (1_000 / nsPerUnit).toFixed(nsPerUnit > 1e5 ? 4 : 2),
      nsPerUnit.toPrecision(3),
      ratio.toPrecision(3),
      `±${(noise * 100).toFixed(0)} %`,
      factor === undefined ? "none" : (ratio / factor).toPrecision(3),
      change === "new" ? change : percentOf(factor ?? 1),
    ]),
  ];
  const widths = HEADER.map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? "").length)));
  return rows
    .map((cells, index) => {
      const text = cells
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join("  ");
      if (index === 0) return colors.bold(text);
      const { change } = all[index - 1] ?? {};
      return change === "slower" ? colors.red(text) : change === "faster" ? colors.green(text) : text;
    })
    .join("\n");
}

function summaryOf(all: readonly Compared[], baseline: Baseline | undefined, { only }: BenchOptions): string {
  if (baseline === undefined) return "no baseline is recorded: --write-baseline makes it";
  const { host, cases } = baseline;
  const changed = all.filter(({ change }) => change !== "same");
  const gone = only.length > 0 ? [] : Object.keys(cases).filter((name) => !all.some((each) => each.name === name));
  return [
    `baseline: ${host.commit}${host.isDirty ? " with changes" : ""}, ${host.startedAt.slice(0, 10)}, ${host.cpu}, Node ${host.node}`,
    `${all.length} cases, ${changed.length} changed beyond the noise${changed.length === 0 ? "" : ":"}`,
    ...changed.map(({ name, change, factor }) => `  ${name}: ${change}${factor === undefined ? "" : ` ${percentOf(factor)}`}`),
    ...gone.map((name) => `  ${name}: gone`),
  ].join("\n");
}

/** Of the CPU time: more is slower. */
function percentOf(factor: number): string {
  const percent = (factor - 1) * 100;
  return `${percent < 0 ? "−" : "+"}${Math.abs(percent).toFixed(0)} %`;
}
