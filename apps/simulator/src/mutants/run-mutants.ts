import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Mutant, placesOf } from "./mutant.ts";
import { MUTANTS } from "./mutants.ts";

/** Seeds that are tried on a mutant before it counts as missed: acceptance asks for 500. */
export interface MutantOptions {
  readonly firstSeed: number;
  readonly seeds: number;
  /** Mutants that are hunted at a time. */
  readonly jobs: number;
  /** Names of mutants; empty: all. */
  readonly only: readonly string[];
}

interface Caught {
  readonly seed: number;
  readonly anomaly: string;
}

const NOT_IN_PLACE = "its place is not in the file exactly once: the list has to follow the code";
/** Most of what a child loads is as the one before it had it: two thirds of a second less for each. */
const NODE_COMPILE_CACHE = join(tmpdir(), "millrace-simulator");
const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
const HOOK = new URL("plant-hook.ts", import.meta.url).href;

/**
 * Plants each bug into a process of its own and runs seeds until a checker finds it; the seed that did must be clean without the bug. Prints the table; true if
 * every one was caught.
 */
export async function runMutants(options: MutantOptions): Promise<boolean> {
  const chosen = MUTANTS.filter(({ name }) => options.only.length === 0 || options.only.includes(name));
  let missed = 0;
  process.stdout.write(`${row("bug", "seed", "caught as")}\n`);
  const waiting = [...chosen];
  const hunter = async (): Promise<void> => {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      const caught = isInPlace(mutant) ? await hunt(mutant, options) : NOT_IN_PLACE;
      if (typeof caught !== "object") missed++;
      const text = typeof caught === "object" ? caught.anomaly : (caught ?? `MISSED in ${options.seeds} seeds`);
      process.stdout.write(`${row(mutant.name, typeof caught === "object" ? String(caught.seed) : "-", text)}\n`);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, options.jobs) }, hunter));
  process.stdout.write(`${chosen.length - missed} of ${chosen.length} planted bugs caught\n`);
  return missed === 0;
}

function isInPlace(mutant: Mutant): boolean {
  return placesOf(mutant).every(
    ({ file, correct }) => readFileSync(new URL(`../../../../${file}`, import.meta.url), "utf8").split(correct).length === 2,
  );
}

async function hunt(mutant: Mutant, options: MutantOptions): Promise<Caught | undefined> {
  const endSeed = options.firstSeed + options.seeds;
  for (let from = options.firstSeed; from < endSeed;) {
    const caught = await runSeeds({ from, count: endSeed - from, mutant });
    if (caught === undefined) return undefined;
    const withoutBug = await runSeeds({ from: caught.seed, count: 1, mutant, isPlanted: false });
    if (withoutBug === undefined) return caught;
    process.stdout.write(`seed ${caught.seed} fails without the bug as well: ${withoutBug.anomaly}\n`);
    from = caught.seed + 1;
  }
  return undefined;
}

/** The first seed that has an anomaly. */
async function runSeeds(of: { from: number; count: number; mutant: Mutant; isPlanted?: boolean }): Promise<Caught | undefined> {
  const isPlanted = of.isPlanted !== false;
  const args = [
    ...process.execArgv,
    ...(isPlanted ? ["--import", HOOK] : []),
    MAIN,
    ...["--first-seed", String(of.from), "--seeds", String(of.count), "--provoke", of.mutant.provokes, "--stop-at-first", "--jobs", "1"],
  ];
  const child = spawn(process.execPath, args, {
    env: { NODE_COMPILE_CACHE, ...process.env, MILLRACE_SIM_MUTANT: of.mutant.name },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  for await (const chunk of child.stdout) output += String(chunk);
  const code = child.exitCode ?? (await new Promise<number | null>((resolve) => child.once("close", resolve)));
  if (code === 0) return undefined;
  const found = /^seed (\d+): [^\n]*\nANOMALY ([^\n]*)/m.exec(output);
  if (found === null) throw new Error(`mutant ${of.mutant.name} ended with ${String(code)} and no anomaly:\n${output.slice(-2_000)}`);
  return { seed: Number(found[1]), anomaly: found[2] ?? "" };
}

function row(name: string, seed: string, anomaly: string): string {
  return `${name.padEnd(40)}${seed.padStart(5)}  ${anomaly.slice(0, 110)}`;
}
