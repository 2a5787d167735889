import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { FuzzTarget } from "./fuzz-target.ts";
import { type FuzzFailure, replay, runTarget } from "./run-target.ts";
import { loadTargets } from "./targets.ts";
import { startWatchdog } from "./watchdog.ts";

const USAGE = `Mutated bytes into everything that reads bytes it did not write.

  npm run fuzz                                   every decoder, 1,000,000 inputs each
  npm run fuzz -- --only kafka-connection        those whose name begins so
  npm run fuzz -- --count 20000 --seed 7
  npm run fuzz -- --only NAME --seed 7 --from 885000   draws the inputs before this one, and runs from there
  npm run fuzz -- --list
  npm run fuzz -- --replay FILE                  the input of a failure, alone

What must hold: it is taken, or refused with a typed error; no crash, no hang, no memory that the input does not justify; a connection is answered or closed
with a reason. Exit code: 0 if all held, 1 if not, 2 for a wrong command line.
`;
const COUNT_DEFAULT = 1_000_000;
const HANG_MS = 60_000;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      count: { type: "string", default: String(COUNT_DEFAULT) },
      seed: { type: "string", default: String(Math.floor(Math.random() * 1e9)) },
      from: { type: "string", default: "0" },
      replay: { type: "string" },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const { count, seed, from } = numbersOf(values);
  if (![count, seed, from].every(Number.isSafeInteger) || count < 1)
    return say(`${USAGE}\n--count, --seed and --from are whole numbers\n`, 2);
  if (values.help) return say(USAGE, 0);
  const targets = loadTargets();
  if (values.list) return say(targets.map(({ name }) => `${name}\n`).join(""), 0);
  if (values.replay !== undefined) return replayFile(values.replay, targets);
  const { only = "" } = values;
  const chosen = targets.filter(({ name }) => name.startsWith(only));
  if (chosen.length === 0) return say(`no target begins with ${only}; --list names them\n`, 2);
  return fuzz(chosen, { count, seed, from });
}

interface Numbers {
  readonly count: number;
  readonly seed: number;
  readonly from: number;
}

function numbersOf(values: { readonly count: string; readonly seed: string; readonly from: string }): Numbers {
  const numberOf = (text: string): number => Number(text.replaceAll("_", ""));
  return { count: numberOf(values.count), seed: numberOf(values.seed), from: numberOf(values.from) };
}

async function fuzz(targets: readonly FuzzTarget[], { count, seed, from }: Numbers): Promise<number> {
  const watchdog = startWatchdog(HANG_MS);
  let failures = 0;
  say(`seed ${seed}, ${count} inputs for each of ${targets.length} targets\n`, 0);
  for (const target of targets) {
    const startMs = performance.now();
    say(`${target.name.padEnd(48)} `, 0);
    const failure = await runTarget(target, { count, seed, from, onProgress: (run) => watchdog.beat(run) });
    const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
    if (failure === undefined) say(`ok ${seconds.padStart(7)} s\n`, 0);
    else {
      failures++;
      say(`FAILED at run ${failure.run}: ${failure.error}\n  again: npm run fuzz -- --replay ${save(failure)}\n`, 0);
    }
  }
  await watchdog.stop();
  return say(`${targets.length - failures} passed, ${failures} failed\n`, failures === 0 ? 0 : 1);
}

function save(failure: FuzzFailure): string {
  const folder = join(tmpdir(), "millrace-fuzz");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${failure.target}-${failure.seed}-${failure.run}.json`);
  writeFileSync(file, JSON.stringify(failure, null, 2));
  return file;
}

async function replayFile(file: string, targets: readonly FuzzTarget[]): Promise<number> {
  const failure = JSON.parse(readFileSync(file, "utf8")) as FuzzFailure;
  const target = targets.find(({ name }) => name === failure.target);
  if (target === undefined) return say(`there is no target ${failure.target} any more\n`, 2);
  try {
    await replay(target, failure);
    return say(`${failure.target}: held\n1 passed, 0 failed\n`, 0);
  } catch (error) {
    return say(`${failure.target}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n0 passed, 1 failed\n`, 1);
  }
}

function say(text: string, code: number): number {
  process.stdout.write(text);
  return code;
}
